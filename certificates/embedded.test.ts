// What happens to a certificate while it is being renewed, and a chain that nobody can check.
import { beforeEach, expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { type EmbeddedAuthority, embeddedAuthority } from './embedded.ts';
import { makeAuthority, makeRequest, signRequest } from './x509.ts';

const account = '111111111111';
const kind = 'EC_prime256v1';
let authority: EmbeddedAuthority;
let arn: string;
/** While it is set, what is to be sealed waits for it. */
let sealing: PromiseWithResolvers<void> | undefined;

beforeEach(async () => {
  sealing = undefined;
  const now = Date.now;
  const sealer = {
    async seal(text: string) {
      await sealing?.promise;
      return { text };
    },
    open: async ({ text = '' }: Readonly<Record<string, string>>) => text,
  };
  authority = embeddedAuthority({ views: memoryViewStore({ now }), sealer, region: 'us-east-1', now });
  const made = await authority.request(account, { names: ['a.local'], kind });
  arn = 'arn' in made ? made.arn : expect.unreachable(made.none);
});

test('what is revoked while it is renewed stays revoked', async () => {
  sealing = Promise.withResolvers();
  const renewing = authority.renew(arn);
  await authority.revoke(arn);
  sealing.resolve();
  expect(await renewing).toEqual({ none: `${arn} was revoked` });
  expect(await authority.describe(arn)).toMatchObject({ status: 'REVOKED' });
});

test('what is deleted while it is renewed stays deleted', async () => {
  sealing = Promise.withResolvers();
  const renewing = authority.renew(arn);
  await authority.delete(arn);
  sealing.resolve();
  expect(await renewing).toHaveProperty('none');
  expect(await authority.find(arn)).toBeUndefined();
});

test('two who renew at once have one certificate', async () => {
  sealing = Promise.withResolvers();
  const both = [authority.renew(arn), authority.renew(arn)];
  sealing.resolve();
  const serials = (await Promise.all(both)).map((one) => ('serial' in one ? one.serial : one.none));
  const kept = await authority.find(arn);
  expect(serials).toEqual([kept?.serial, kept?.serial]);
});

test('a chain whose authority has a key of no known kind is refused', async () => {
  const times = { from: Date.now(), to: Date.now() + 60_000 };
  const root = await makeAuthority('root', kind, times);
  const { request, key } = await makeRequest(['a.local'], kind);
  const own = await signRequest(request, { ...root, kind }, times);
  const der = Buffer.from(root.certificate.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  // RFC 5480, 2.1.1: id-ecPublicKey; with another end it is nothing.
  const at = der.indexOf(Buffer.from('2a8648ce3d0201', 'hex'));
  der[at + 6] = 0x7f;
  const unknown = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  expect(await authority.import(account, { chain: `${own}${unknown}`, key })).toEqual({
    none: expect.stringContaining('is not signed by the one after it'),
  });
});
