// `heddle history` and `heddle rollback` as processes against a started Heddle: what people read, what programs get,
// and that a rollback is one more change.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '#cli/client.ts';
import { operationCall } from '#cli/operation-call.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { principals } from '#test/suites/api/principals.ts';
import { startEmbedded } from '#test/wire/embedded.ts';

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
const { owner } = principals;
const route = 'mesh/m/virtualRouter/r/route/x';
const weighted = (blue: number) => ({
  httpRoute: {
    match: { prefix: '/' },
    action: { weightedTargets: [{ virtualNode: 'blue', weight: blue }] },
  },
});
const named = { meshName: 'm', virtualRouterName: 'r', routeName: 'x' };

let running: ApiUnderTest;
let client: Client;

beforeAll(async () => {
  running = await startEmbedded([owner]);
  const endpoint = new URL(running.endpoint);
  client = createClient({ endpoint, region: 'us-east-1', credentials: () => Promise.resolve(owner) });
  await make('CreateMesh', { meshName: 'm' });
  await make('CreateVirtualNode', { meshName: 'm', virtualNodeName: 'blue', spec: {} });
  await make('CreateVirtualRouter', { meshName: 'm', virtualRouterName: 'r', spec: {} });
  await make('CreateRoute', { ...named, spec: weighted(1) });
  await make('UpdateRoute', { ...named, spec: weighted(2) });
});

afterAll(() => running?.close());

const make = (operation: string, input: Readonly<Record<string, unknown>>) =>
  client.call(operationCall(operation, input));

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      HEDDLE_ENDPOINT: running.endpoint,
      AWS_ACCESS_KEY_ID: owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: owner.secretAccessKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[status], output, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { status: status as number | null, output, errors };
}

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe('heddle history', () => {
  it('shows people who changed what, when, with which client', async () => {
    const { status, output } = await run('history', route);
    expect(status).toBe(0);
    const by = String.raw`${owner.arn}  heddle/\d+\.\d+\.\d+`;
    expect(output).toMatch(
      new RegExp(
        String.raw`^5  ${time}  virtualRouter/r/route/x  updated, version 2  ${by}
    ~ spec\.httpRoute\.action\.weightedTargets\[virtualNode=blue\]\.weight: 1 → 2
4  ${time}  virtualRouter/r/route/x  created, version 1  ${by}
    \+ spec:
        httpRoute:
          match:
            prefix: /
          action:
            weightedTargets:
              - virtualNode: blue
                weight: 1
$`,
      ),
    );
  });

  it('gives programs the entries as one list, the newest so many if asked', async () => {
    const all = JSON.parse((await run('history', 'mesh/m', '--json')).output);
    expect(all.map(({ sequence }: { sequence: number }) => sequence)).toEqual([5, 4, 3, 2, 1]);
    const few = JSON.parse((await run('history', 'mesh/m', '--json', '--limit', '2')).output);
    expect(few).toEqual(all.slice(0, 2));
    expect(Object.keys(few[0])).toEqual(
      expect.arrayContaining(['sequence', 'time', 'actor', 'client', 'requestId', 'kind', 'resource', 'diff']),
    );
  });

  it('goes on over pages', async () => {
    await make('CreateMesh', { meshName: 'long' });
    for (let count = 0; count < 120; count += 1) await make('UpdateMesh', { meshName: 'long', spec: {} });
    const all = JSON.parse((await run('history', 'mesh/long', '--json')).output);
    expect(all.map(({ sequence }: { sequence: number }) => sequence)).toEqual(
      Array.from({ length: 121 }, (_, index) => 121 - index),
    );
    expect((await run('history', 'mesh/long', '--limit', '110')).output.split('\n')).toHaveLength(111);
  });

  it('shows what was there, as YAML and as JSON, at a sequence and at the time that it prints', async () => {
    const before = await run('history', route, '--at', '4');
    expect(before.output).toMatch(new RegExp(`^# arn:.*:mesh/m/virtualRouter/r/route/x at sequence 4, ${time}\n---\n`));
    expect(before.output).toContain('weight: 1');
    const [printed = ''] = new RegExp(time).exec(before.output) ?? [];
    const then = JSON.parse((await run('history', route, '--at', '4', '--json')).output);
    expect(then).toMatchObject({ sequence: 4, documents: [{ spec: weighted(1) }] });
    const { sequence } = JSON.parse((await run('history', route, '--at', printed, '--json')).output);
    // Two changes may be of one millisecond.
    expect([4, 5]).toContain(sequence);
    const mesh = JSON.parse((await run('history', 'mesh/m', '--at', '3', '--json')).output);
    expect(mesh.documents).toHaveLength(3);
  });

  it('fails with what the service says', async () => {
    const { status, output, errors } = await run('history', 'mesh/m/virtualNode/never');
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toMatch(/^error: NotFoundException: There is no virtualNode\/never in mesh m/);
  });

  it.each([
    'history',
    'history virtualNode/n',
    'history mesh/m --limit 0',
    'history mesh/m --limit 5 --at 1',
    'rollback mesh/m',
    'rollback mesh/m --to yesterday',
  ])('is a usage error as `%s`', async (args) => {
    expect(await run(...args.split(' '))).toMatchObject({ status: 2, output: '' });
  });
});

describe('heddle rollback', () => {
  it('makes the old spec a new version, and says where it stands', async () => {
    const { status, output } = await run('rollback', route, '--to', '4');
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringMatching(
        /^arn:.*:mesh\/m\/virtualRouter\/r\/route\/x: the spec of sequence 4 is version 3, at sequence 6\n$/,
      ),
    });
    const again = JSON.parse((await run('rollback', route, '--to', '5', '--json')).output);
    expect(again).toMatchObject({ sequence: 7, document: { spec: weighted(2), metadata: { version: 4 } } });
    expect((await run('history', route, '--limit', '2')).output).toMatch(
      /^7 .*updated, version 4 \(rolled back to 5\).*\n {4}~ .*: 1 → 2\n6 .*\(rolled back to 4\).*\n {4}~ .*: 2 → 1\n$/,
    );
  });

  it('fails with what the service says', async () => {
    const { status, errors } = await run('rollback', route, '--to', '1');
    expect(status).toBe(1);
    expect(errors).toMatch(/^error: NotFoundException: /);
  });
});
