// Calls at the same time: one name has one winner, one client token one effect, and nothing that was answered is lost.
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  ListVirtualNodesCommand,
  UpdateMeshCommand,
} from '@aws-sdk/client-app-mesh';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';

const many = <T>(count: number, one: (index: number) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => one(index)));
const reasonName = (result: PromiseSettledResult<unknown>): string =>
  result.status === 'rejected' ? (result.reason as Error).name : 'done';

export function concurrencySuite(bench: () => Bench): void {
  describe('at the same time', () => {
    test('of many who create one name one wins, the others are told of the conflict', async () => {
      const meshName = bench().name();
      const results = await many(8, () => bench().client().send(new CreateMeshCommand({ meshName })));
      expect(results.map(reasonName).sort()).toEqual([...Array(7).fill('ConflictException'), 'done']);
    });

    test('many who create different names in one mesh all win, in different places of its stream', async () => {
      const meshName = await bench().mesh();
      const results = await many(8, (index) =>
        bench().call('CreateVirtualNode', { meshName, virtualNodeName: `n${index}`, spec: {} }),
      );
      const answers = results.map((result) => (result.status === 'fulfilled' ? result.value : expect.fail('refused')));
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
      expect(new Set(answers.map(({ headers }) => headers['x-heddle-sequence'])).size).toBe(8);
      const { virtualNodes } = await bench().client().send(new ListVirtualNodesCommand({ meshName }));
      expect(virtualNodes).toHaveLength(8);
    });

    test('many updates of one resource count its version without a gap', async () => {
      const meshName = await bench().mesh();
      const results = await many(8, () => bench().client().send(new UpdateMeshCommand({ meshName })));
      const versions = results.map((result) => result.status === 'fulfilled' && result.value.mesh?.metadata?.version);
      expect(versions.sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    });
  });

  describe('a client token', () => {
    const input = (meshName: string, virtualNodeName = 'red') => ({
      meshName,
      virtualNodeName,
      spec: {},
      clientToken: 't',
    });

    test('that comes again gives the first answer again, place in the stream included', async () => {
      const meshName = await bench().mesh();
      const first = await bench().call('CreateVirtualNode', input(meshName));
      await bench().call('UpdateVirtualNode', { meshName, virtualNodeName: 'red', spec: { backends: [] } });
      const second = await bench().call('CreateVirtualNode', input(meshName));
      expect(second.status).toBe(200);
      expect(second.body).toEqual(first.body);
      expect(second.headers['x-heddle-sequence']).toBe(first.headers['x-heddle-sequence']);
    });

    test('with another request is a conflict', async () => {
      const meshName = await bench().mesh();
      await bench().call('CreateVirtualNode', input(meshName));
      const { status, headers, body } = await bench().call('CreateVirtualNode', input(meshName, 'blue'));
      expect([status, headers['x-amzn-errortype']]).toEqual([409, 'ConflictException']);
      expect(body.message).toContain('client token');
    });

    test('for a mesh of another name is a conflict', async () => {
      const clientToken = `token of ${bench().name()}`;
      const first = await bench().call('CreateMesh', { meshName: bench().name(), clientToken });
      const second = await bench().call('CreateMesh', { meshName: bench().name(), clientToken });
      expect([first.status, second.status]).toEqual([200, 409]);
    });

    test('sent twice in parallel has one effect, and both callers get the same answer', async () => {
      const meshName = await bench().mesh();
      const command = () => new CreateVirtualNodeCommand(input(meshName));
      const [one, two] = await Promise.all([bench().client().send(command()), bench().client().send(command())]);
      expect(one.virtualNode).toEqual(two.virtualNode);
      expect(one.virtualNode?.metadata?.version).toBe(1);
    });

    test('of a mesh sent many times in parallel makes one mesh', async () => {
      const mesh = { meshName: bench().name(), clientToken: 'same' };
      const results = await many(6, () => bench().client().send(new CreateMeshCommand(mesh)));
      const uids = results.map((result) => result.status === 'fulfilled' && result.value.mesh?.metadata?.uid);
      expect(new Set(uids).size).toBe(1);
      expect(uids[0]).toMatch(/./);
    });
  });
}
