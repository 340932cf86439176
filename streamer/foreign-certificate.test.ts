// Two meshes on one task name the same certificate, which is of one account alone: what is said of it to the other mesh
// concerns nobody else.
import { afterEach, expect, test } from 'vitest';
import type { Certificates } from '#events/certificates.ts';
import type { Event } from '#events/event.ts';
import type { VirtualNodeSpec } from '#events/model/shapes.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { createStreamer } from './main.ts';
import { simulateEnvoy } from './xds/simulated-envoy.ts';

const [owner, stranger] = ['111111111111', '222222222222'] as const;
const arn = `arn:aws:acm:us-east-1:${owner}:certificate/c`;
const held = { arn, serial: '0a', notBefore: 0, notAfter: 4e12, fingerprint: 'f', chain: 'c', key: 'k', root: 'r' };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const ref = { kind: 'virtualNode', name: 'a' } as const;
const secure = {
  portMapping: { port: 80, protocol: 'http' },
  tls: { mode: 'STRICT', certificate: { acm: { certificateArn: arn } } },
} as const;
const serviceDiscovery = { dns: { hostname: 'a.local' } };
const plain: VirtualNodeSpec = {
  listeners: [secure, { portMapping: { port: 81, protocol: 'http' } }],
  serviceDiscovery,
};

function made(account: string): readonly Event[] {
  const created = { type: 'ResourceCreated', owner: account, uid: 'u', tags: [] } as const;
  return [
    { ...created, ref: { kind: 'mesh', name: 'm' }, spec: {} },
    { ...created, ref, spec: { listeners: [secure], serviceDiscovery } },
  ];
}

test('a certificate that fails for whoever is not of its account fails for nobody else', async () => {
  const events = memoryEventStore();
  const append = (account: string, version: number, happened: readonly Event[]) =>
    events.append([{ ...sampleCommit(`mesh/${account}/m`, version), events: happened }]);
  for (const account of [owner, stranger]) await append(account, 1, made(account));
  const nobody = async () => expect.unreachable();
  const certificates: Certificates = { export: async () => held, describe: nobody, authority: nobody, sign: nobody };
  const streamer = await createStreamer({
    events,
    views: memoryViewStore({ now: Date.now }),
    secrets: {
      certificates,
      sealer: { seal: async (text) => ({ text }), open: async ({ text = '' }) => text },
      mayExport: async () => true,
      nodeValidity: 1_000,
      overlap: 1_000,
    },
    region: 'us-east-1',
    now: Date.now,
    task: 't',
    signatures: {
      verify: async ({ metadata }) => {
        const accountId = /\d{12}/.exec(String(metadata.authorization))?.[0] ?? '';
        return { caller: { accountId, arn: `arn:aws:iam::${accountId}:role/envoy` } };
      },
      mayBe: async () => true,
    },
    envoysPerNode: 0,
    onEvent: () => {},
    onTrouble: () => {},
  });
  ends.push(() => streamer.close(0));
  const [address = ''] = await streamer.listen(['127.0.0.1:0']);
  const connect = (account: string) => {
    const envoy = simulateEnvoy(address, {
      node: `mesh/m@${account}/virtualNode/a`,
      metadata: { authorization: `AWS4-HMAC-SHA256 ${account}` },
    });
    ends.push(envoy.close);
    envoy.say('listener');
    return envoy;
  };
  const own = connect(owner);
  expect(JSON.stringify((await own.hear()).resources)).toContain('80');
  const theirs = connect(stranger);
  await theirs.hear();
  await append(stranger, 2, [
    { type: 'CertificateFailing', arn, reason: 'it is not theirs' },
    { type: 'ResourceUpdated', ref, uid: 'u', version: 2, spec: plain },
  ]);
  await theirs.hear();
  expect(streamer.followedCertificates()).toEqual({ inUse: 1, nearExpiry: 0, failing: 0, troubles: {} });
  await append(owner, 2, [{ type: 'CertificateFailing', arn, reason: 'its status is REVOKED' }]);
  await expect.poll(() => streamer.followedCertificates().failing).toBe(1);
});
