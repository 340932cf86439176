// Rotation over ACM: what changed is told to the meshes that use it, once; what fails is named, and all else goes on.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsCertificates } from '#certificates/aws.ts';
import type { Certificates } from '#events/certificates.ts';
import type { Event } from '#events/event.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { createRotation } from '#functions/rotation/handler.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { account, type FakeAcm, region, startFakeAcm } from './fake-acm.ts';

const now = Date.now;
let fake: FakeAcm;
let acm: Certificates;
let events: EventStore;
let views: ViewStore;
let arn: string;
let sweep: ReturnType<typeof createRotation>;

beforeEach(async () => {
  fake = await startFakeAcm();
  acm = awsCertificates({ clients: () => fake, region, now, pace: async () => {} });
  events = memoryEventStore();
  views = memoryViewStore({ now });
  const made = await fake.authority.request(account, { names: ['a.local'], kind: 'EC_prime256v1' });
  if ('none' in made) throw new Error(made.none);
  ({ arn } = made);
  for (const mesh of ['one', 'two']) await meshUsing(mesh, arn);
  sweep = createRotation({ certificates: acm, events, views, now, id: randomUUID, writeSchema: async () => 1 });
});
afterEach(() => fake.close());

async function meshUsing(meshName: string, certificateArn: string): Promise<void> {
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn } } } as const;
  const spec = { listeners: [{ portMapping: { port: 80, protocol: 'http' }, tls }] } as const;
  const ref = { kind: 'virtualNode', name: 'a' } as const;
  const created: Event = { type: 'ResourceCreated', ref, owner: account, uid: 'u', spec, tags: [] };
  const stream = `mesh/${account}/${meshName}`;
  const actor = { accountId: account, arn: 'test' };
  const base = { id: randomUUID(), stream, version: 1, time: 1, schema: 1, requestId: 'r' };
  await events.append([{ ...base, actor, events: [created] }]);
}

const told = async (mesh = 'one') =>
  (await events.read(`mesh/${account}/${mesh}`, 2)).flatMap((commit) => commit.events);

describe('a sweep', () => {
  test('tells every mesh of a new serial, once, having asked once', async () => {
    expect(await sweep()).toMatchObject({ inUse: 1, rotated: [arn] });
    expect(await sweep()).toMatchObject({ inUse: 1, rotated: [] });
    expect(fake.calls.get('DescribeCertificate')).toBe(2);
    await fake.authority.renew(arn);
    await sweep();
    const facts = await acm.describe(arn);
    const serial = 'serial' in facts ? facts.serial : '';
    for (const mesh of ['one', 'two']) {
      const all = await told(mesh);
      expect(all).toHaveLength(2);
      expect(all[1]).toMatchObject({ type: 'CertificateRotated', arn, serial });
    }
  });

  test('names what fails, once for a reason, and what is well again', async () => {
    await sweep();
    fake.fault('DescribeCertificate', { error: 'ThrottlingException' });
    expect((await sweep()).failing.get(arn)).toContain('ThrottlingException');
    await sweep();
    fake.fault('DescribeCertificate', undefined);
    await sweep();
    expect((await told()).map(({ type }) => type)).toEqual([
      'CertificateRotated',
      'CertificateFailing',
      'CertificateRotated',
    ]);
  });
});
