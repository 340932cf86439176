// The embedded authority and ACM pass one suite; and what ACM alone can do wrong.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsCertificates } from '#certificates/aws.ts';
import { embeddedAuthority } from '#certificates/embedded.ts';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { sharedPace } from '#certificates/pace.ts';
import { makeRequest } from '#certificates/x509.ts';
import type { Certificates } from '#events/certificates.ts';
import { memoryViewStore } from '#store/memory.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { certificatesSuite } from '#test/suites/certificates.ts';
import { account, type FakeAcm, region, startFakeAcm } from './fake-acm.ts';

const folder = scratchFolder();
afterAll(folder.remove);

const now = Date.now;
const atAcm = (fake: FakeAcm): Certificates =>
  awsCertificates({
    clients: (wanted) => (wanted === account ? fake : { none: `account ${wanted} is another` }),
    region,
    now,
    pace: async () => {},
    signingInterval: 1,
  });

certificatesSuite('the embedded authority', async () => {
  const views = memoryViewStore({ now });
  const authority = embeddedAuthority({ views, sealer: keyFileSealer(folder.path), region, now });
  return { certificates: authority, authority, account, close: () => {} };
});

certificatesSuite('ACM', async () => {
  const fake = await startFakeAcm();
  return { certificates: atAcm(fake), authority: fake.authority, account, close: fake.close };
});

describe('ACM', () => {
  let fake: FakeAcm;
  let arn: string;
  beforeEach(async () => {
    fake = await startFakeAcm();
    const made = await fake.authority.request(account, { names: ['a.local'], kind: 'EC_prime256v1' });
    if ('none' in made) throw new Error(made.none);
    ({ arn } = made);
  });
  afterEach(() => fake.close());

  test.each(['ThrottlingException', 'TooManyRequestsException', 'Throttling', 'RequestLimitExceeded'])(
    'is asked again when it says %s, three times at most and in its turn each time',
    async (error) => {
      const turns: string[] = [];
      const pace = async (whose: string, kind: string) => void turns.push(`${whose} ${kind}`);
      const paced = awsCertificates({ clients: () => fake, region, now, pace });
      fake.fault('ExportCertificate', { error }, 2);
      expect(await paced.export(arn)).toMatchObject({ arn });
      fake.fault('ExportCertificate', { error });
      await expect(paced.export(arn)).rejects.toMatchObject({ name: error });
      expect(turns).toEqual(Array(6).fill(`${account} export`));
      expect(fake.calls.get('ExportCertificate')).toBe(6);
    },
  );

  test('is asked by many tasks together no more often than its quota allows', async () => {
    fake.quota('ExportCertificate', 5);
    const views = memoryViewStore({ now });
    const tasks = (perSecond: Readonly<Record<string, number>>) =>
      [1, 2].map(() =>
        awsCertificates({ clients: () => fake, region, now, pace: sharedPace({ views, perSecond, now }) }),
      );
    const exported = (all: readonly Certificates[]) =>
      Promise.all(all.flatMap((one) => [1, 2, 3, 4, 5].map(() => one.export(arn))));
    for (const held of await exported(tasks({ export: 4 }))) expect(held).toMatchObject({ arn });
    await expect(exported(tasks({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('may be asked again when it fails', async () => {
    fake.fault('ExportCertificate', { error: 'InternalFailure', status: 500 }, 1);
    await expect(atAcm(fake).export(arn)).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(await atAcm(fake).export(arn)).toMatchObject({ arn });
  });

  test('waits while a certificate is being signed', async () => {
    const { arn: authority } = await fake.authority.createAuthority(account, 'a', 'EC_prime256v1');
    fake.fault('GetCertificate', { error: 'RequestInProgressException' }, 3);
    const { request } = await makeRequest(['a.local'], 'EC_prime256v1');
    expect(await atAcm(fake).sign({ authority, request, validity: 60_000 })).toHaveProperty('chain');
    expect(fake.calls.get('GetCertificate')).toBe(4);
  });

  test('tells what is not exportable', async () => {
    fake.fault('DescribeCertificate', {
      changes: ({ Certificate }) => ({ Certificate: { ...(Certificate as object), Type: 'AMAZON_ISSUED' } }),
    });
    expect(await atAcm(fake).describe(arn)).toMatchObject({ exportable: false });
    fake.fault('ExportCertificate', { error: 'ValidationException' });
    expect(await atAcm(fake).export(arn)).toEqual({ none: expect.stringContaining('ValidationException') });
  });

  test('is not believed when the key is another’s, or the certificate is none', async () => {
    const other = await startFakeAcm();
    const made = await other.authority.request(account, { names: ['b.local'], kind: 'EC_prime256v1' });
    if ('none' in made) throw new Error(made.none);
    fake.fault('ExportCertificate', {
      changes: (answer) => ({ ...answer, Certificate: made.chain, CertificateChain: '' }),
    });
    expect(await atAcm(fake).export(arn)).toEqual({
      none: `${arn} came with a private key that is not the certificate's`,
    });
    fake.fault('ExportCertificate', { changes: (answer) => ({ ...answer, Certificate: 'x', CertificateChain: 'y' }) });
    expect(await atAcm(fake).export(arn)).toEqual({ none: `${arn} holds no certificate in PEM that can be read` });
    fake.fault('ExportCertificate', { changes: (answer) => ({ ...answer, PrivateKey: 'x' }) });
    expect(await atAcm(fake).export(arn)).toEqual({ none: `${arn} came with a private key that cannot be read` });
    other.close();
  });

  test('of another account or region is not asked', async () => {
    const foreign = arn.replace(account, '222222222222');
    expect(await atAcm(fake).export(foreign)).toEqual({ none: 'account 222222222222 is another' });
    expect(await atAcm(fake).export(arn.replace(region, 'eu-west-1'))).toEqual({
      none: expect.stringContaining('of another region than us-east-1'),
    });
    expect(fake.calls.size).toBe(0);
  });
});

describe('what is sealed with a key file', () => {
  test('opens for its own context alone, unchanged, and the file is its owner’s', async () => {
    const sealer = keyFileSealer(folder.path);
    const sealed = await sealer.seal('secret words', { arn: 'a' });
    expect(JSON.stringify(sealed)).not.toContain('secret');
    expect(await keyFileSealer(folder.path).open(sealed, { arn: 'a' })).toBe('secret words');
    expect(await sealer.open(sealed, { arn: 'b' })).toBeUndefined();
    const [first = '', ...rest] = sealed.text ?? '';
    const changed = { ...sealed, text: [first === 'A' ? 'B' : 'A', ...rest].join('') };
    expect(await sealer.open(changed, { arn: 'a' })).toBeUndefined();
    expect(await sealer.open({}, { arn: 'a' })).toBeUndefined();
    expect(statSync(join(folder.path, 'sealing-key')).mode & 0o777).toBe(0o600);
  });
});
