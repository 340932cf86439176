// What is shown of certificates where no key can be opened: the listeners are there, with what the mesh was told.
import { expect, test } from 'vitest';
import type { Event } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
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
  const shown = await configurationOf(state, 'virtualNode/a', 'arn', { certificates: knownCertificates });
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
