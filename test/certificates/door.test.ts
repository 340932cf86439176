// Who may take a key away from the embedded authority over HTTP: nobody whose connection leaves the host.
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { embeddedAuthority } from '#certificates/embedded.ts';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { createCertificates } from '#functions/certificates/handler.ts';
import { parsePolicy } from '#identity/policy-document.ts';
import { memoryViewStore } from '#store/memory.ts';
import { proxyEvent } from '#test/api/proxy-event.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { account, region } from './fake-acm.ts';

const now = Date.now;

test('a key is exported to this very host alone, and all else is answered to everybody', async () => {
  const folder = scratchFolder();
  const authority = embeddedAuthority({
    views: memoryViewStore({ now }),
    sealer: keyFileSealer(folder.path),
    region,
    now,
  });
  folder.remove();
  const made = await authority.request(account, { names: ['a.local'], kind: 'EC_prime256v1' });
  const CertificateArn = 'arn' in made ? made.arn : '';
  const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const parsed = parsePolicy(all, 'all');
  const handler = createCertificates({
    authority,
    now,
    region,
    policies: { policiesOf: async () => ('policy' in parsed ? [parsed.policy] : []) },
    reportBug: (error) => expect.unreachable(String(error)),
  });
  const caller = { accountId: account, arn: `arn:aws:iam::${account}:user/ada`, accessKeyId: 'AKID' };
  const status = async (operation: string, sourceIp: string) => {
    const headers = ['X-Amz-Target', `CertificateManager.${operation}`];
    const body = { CertificateArn, Passphrase: Buffer.from('a passphrase').toString('base64') };
    const event = proxyEvent(caller, { method: 'POST', path: '/', headers, body, sourceIp });
    return (await handler(event, {} as Context)).statusCode;
  };
  for (const here of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
    expect([here, await status('ExportCertificate', here)]).toEqual([here, 200]);
  }
  for (const there of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '']) {
    expect([there, await status('ExportCertificate', there)]).toEqual([there, 400]);
    expect([there, await status('DescribeCertificate', there)]).toEqual([there, 200]);
  }
});
