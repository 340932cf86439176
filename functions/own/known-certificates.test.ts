// What is shown of certificates where no key can be opened: the listeners are there, with what the mesh was told.
import { expect, test } from 'vitest';
import type { Event } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { memoryViewStore } from '#store/memory.ts';
import { certificateWant } from '#streamer/certificate-lookup.ts';
import { sealedValues } from '#streamer/sources/sealed.ts';
import { sealedKey } from '#streamer/sources/secret.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { configurationOf } from './configuration.ts';
import { knownCertificates } from './known-certificates.ts';

const owner = '111122223333';
const arn = (id: string) => `arn:aws:acm:us-east-1:${owner}:certificate/${id}`;
const authority = `arn:aws:acm-pca:us-east-1:${owner}:certificate-authority/a`;

test('a proxy is shown with the serials that are known, and with why one is failing or not known', async () => {
  const listeners = [arn('good'), authority, arn('failing'), arn('unseen')].map((certificateArn, index) => ({
    portMapping: { port: 8080 + index, protocol: 'http' as const },
    tls: { mode: 'STRICT' as const, certificate: { acm: { certificateArn } } },
  }));
  const ref = { kind: 'virtualNode', name: 'a' } as const;
  const mesh = { kind: 'mesh', name: 'm' } as const;
  const created = { type: 'ResourceCreated', owner, uid: 'u', tags: [] } as const;
  const events: readonly Event[] = [
    { ...created, ref: mesh, spec: {} },
    { ...created, ref, spec: { listeners, serviceDiscovery: { dns: { hostname: 'a.local' } } } },
    { type: 'CertificateRotated', arn: arn('good'), serial: 'f00d', notAfter: 1 },
    { type: 'CertificateFailing', arn: arn('failing'), reason: 'its status is REVOKED' },
  ];
  const state = evolveMesh(emptyMesh(owner, 'm'), { ...sampleCommit(`mesh/${owner}/m`, 1), events });
  const shown = await configurationOf(state, 'virtualNode/a', 'arn', {
    certificates: knownCertificates(memoryViewStore({ now: () => 0 })),
  });
  const { secrets, report } = shown as { readonly secrets: unknown; readonly report: readonly unknown[] };
  const chain = (of: string, inlineString: string) => ({
    name: `certificate:${of}`,
    tlsCertificate: { certificateChain: { inlineString } },
  });
  expect(secrets).toEqual([
    chain(authority, `signed for each node by ${authority}`),
    chain(arn('good'), 'serial f00d'),
  ]);
  expect(report).toEqual([
    expect.objectContaining({ reason: expect.stringContaining('its status is REVOKED') }),
    expect.objectContaining({ reason: expect.stringContaining('are not known here') }),
  ]);
});

test('of what is sealed its fingerprint is shown, and nothing is opened', async () => {
  const acm = (certificateArn: string) => ({ certificate: { acm: { certificateArn } } });
  const listeners = [arn('good'), authority].map((one, index) => ({
    portMapping: { port: 8080 + index, protocol: 'http' as const },
    tls: { mode: 'STRICT' as const, ...acm(one) },
  }));
  const ref = { kind: 'virtualNode', name: 'a' } as const;
  const created = { type: 'ResourceCreated', owner, uid: 'u', tags: [], ref } as const;
  const serviceDiscovery = { dns: { hostname: 'a.local' } };
  const events: readonly Event[] = [
    { ...created, spec: { listeners, serviceDiscovery } },
    { type: 'CertificateRotated', arn: arn('good'), serial: 'f00d', notAfter: 1 },
  ];
  const state = evolveMesh(emptyMesh(owner, 'm'), { ...sampleCommit(`mesh/${owner}/m`, 1), events });
  const views = memoryViewStore({ now: () => 0 });
  const sealer = { seal: async (text: string) => ({ text }), open: async ({ text = '' }) => text };
  const sealed = sealedValues(views, sealer, () => 0);
  for (const one of [arn('good'), authority]) {
    const key = sealedKey(certificateWant(state, 'virtualNode/a', one));
    await sealed.next(key, undefined, 'the key', { serial: '0a', fingerprint: `of ${one}`, notAfter: 1 });
  }
  const certificates = knownCertificates(views);
  const shown = JSON.stringify(await configurationOf(state, 'virtualNode/a', 'arn', { certificates }));
  for (const one of [arn('good'), authority]) expect(shown).toContain(`SHA-256 fingerprint of ${one}, serial 0a`);
  expect(shown).not.toContain('the key');
});

test('a text that is no ARN is no key that is looked for', async () => {
  const certificateArn = `x:x:x:x:${owner}:${'y'.repeat(2_000)}`;
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn } } } as const;
  const spec = { listeners: [{ portMapping: { port: 80, protocol: 'http' }, tls }] } as const;
  const ref = { kind: 'virtualNode', name: 'a' } as const;
  const events: readonly Event[] = [{ type: 'ResourceCreated', owner, uid: 'u', tags: [], ref, spec }];
  const state = evolveMesh(emptyMesh(owner, 'm'), { ...sampleCommit(`mesh/${owner}/m`, 1), events });
  const lookup = knownCertificates({ list: () => expect.unreachable() });
  expect((await lookup(state, 'virtualNode/a')).pair(certificateArn)).toBeUndefined();
});
