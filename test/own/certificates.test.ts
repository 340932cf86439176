// The certificates of meshes over the API and on the command line: how it stands with each, and who may ask.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificatesText } from '#cli/status.ts';
import { memoryEventStore } from '#store/memory.ts';
import { node } from './documents.ts';
import { arn, owner, ownUnderTest } from './own-under-test.ts';

const day = 86_400;
const certificate = (name: string) => `arn:aws:acm:us-east-1:${owner}:certificate/${name}`;

const secured = (name: string, ...certificates: readonly string[]) => ({
  ...node(name),
  spec: {
    ...node(name).spec,
    listeners: certificates.map((one, index) => ({
      portMapping: { port: 8080 + index, protocol: 'http' },
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn: one } } },
    })),
  },
});

async function started() {
  const events = memoryEventStore();
  const own = ownUnderTest(events);
  const [good, late, gone, failing, unknown] = ['good', 'late', 'gone', 'failing', 'unknown'].map(certificate);
  await own.make(
    { meshName: 'm' },
    secured('red', good ?? '', late ?? '', failing ?? ''),
    secured('blue', good ?? '', gone ?? '', unknown ?? ''),
  );
  const at = Math.floor(Date.now() / 1000);
  const rotated = (one: string | undefined, notAfter: number) => ({
    type: 'CertificateRotated' as const,
    arn: one ?? '',
    serial: '0a',
    notBefore: (at - 300 * day) * 1000,
    notAfter: notAfter * 1000,
  });
  const told = [
    rotated(good, at + 30 * day),
    rotated(late, at + 13 * day),
    rotated(gone, at - 1),
    { type: 'CertificateFailing' as const, arn: gone ?? '', reason: 'its status is EXPIRED' },
    rotated(failing, at + day),
    { type: 'CertificateFailing' as const, arn: failing ?? '', reason: 'it cannot be exported' },
  ];
  const actor = { accountId: owner, arn: 'test' };
  const version = (await events.read(`mesh/${owner}/m`, 1)).length + 1;
  const commit = {
    id: randomUUID(),
    stream: `mesh/${owner}/m`,
    version,
    time: Date.now(),
    schema: 1,
    requestId: 'r',
  };
  expect(await events.append([{ ...commit, actor, events: told }])).toMatchObject({ ok: true });
  const ask = (query: Readonly<Record<string, string>> = {}, parts: object = {}) =>
    own.call('GET', 'certificates', { query, ...parts });
  return { ask, at };
}

describe('certificates', () => {
  it('that are near their end, over it, failing or not looked at yet are told apart, by ARN', async () => {
    const { ask, at } = await started();
    const red = [arn('virtualNode/red')];
    const blue = [arn('virtualNode/blue')];
    const known = { serial: '0a', notBefore: at - 300 * day };
    const { body } = await ask();
    expect(body).toHaveLength(5);
    expect(body).toEqual(
      expect.arrayContaining([
        {
          certificate: certificate('good'),
          state: 'good',
          ...known,
          notAfter: at + 30 * day,
          usedBy: [...blue, ...red],
        },
        { certificate: certificate('late'), state: 'near expiry', ...known, notAfter: at + 13 * day, usedBy: red },
        {
          certificate: certificate('gone'),
          state: 'expired',
          reason: 'its status is EXPIRED',
          ...known,
          notAfter: at - 1,
          usedBy: blue,
        },
        {
          certificate: certificate('failing'),
          state: 'failing',
          reason: 'it cannot be exported',
          ...known,
          notAfter: at + day,
          usedBy: red,
        },
        { certificate: certificate('unknown'), state: 'unknown', usedBy: blue },
      ]),
    );
    const text = certificatesText(body as Parameters<typeof certificatesText>[0]);
    const time = new Date((at + 13 * day) * 1000).toISOString();
    expect(text).toContain(`    ${certificate('late')} near expiry, until ${time} (mesh/m/virtualNode/red)\n`);
    const end = new Date((at - 1) * 1000).toISOString();
    expect(text).toContain(`    ${certificate('gone')} expired since ${end}: its status is EXPIRED (`);
    expect(text).toContain(`: it cannot be exported (mesh/m/virtualNode/red)\n`);
    expect(text).not.toContain(certificate('good'));
    expect(text).not.toContain(certificate('unknown'));
    expect(certificatesText([])).toBe('');
  });

  it('of a resource are those that its proxies name', async () => {
    const { ask } = await started();
    const { body } = await ask({ resource: 'mesh/m/virtualNode/red' });
    const named = (body as readonly { readonly certificate: string }[]).map((one) => one.certificate);
    expect(named).toEqual(['good', 'late', 'failing'].map(certificate));
  });

  it('are shown to who may describe the mesh, or the resource', async () => {
    const { ask } = await started();
    const allowed = [{ Effect: 'Allow', Action: 'appmesh:DescribeVirtualNode', Resource: arn('virtualNode/red') }];
    expect((await ask({ resource: 'mesh/m/virtualNode/red' }, { allowed })).status).toBe(200);
    expect((await ask({ resource: 'mesh/m/virtualNode/blue' }, { allowed })).error).toBe('AccessDeniedException');
    expect((await ask({}, { allowed })).error).toBe('AccessDeniedException');
    expect((await ask({}, { account: '444455556666' })).body).toEqual([]);
  });
});
