// `heddle certificates` and ACM's own API against an embedded Heddle: created, listed, renewed, imported, revoked.
import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ACMClient,
  DescribeCertificateCommand,
  ExportCertificateCommand,
  ImportCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAuthority, makeRequest } from '#certificates/x509.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { startEmbedded } from '#test/wire/embedded.ts';

const arn = 'arn:aws:iam::111111111111:user/owner';
const owner = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'a-secret-of-its-own', accountId: '111111111111', arn };
const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['acm:*', 'acm-pca:*'], Resource: '*' }] };
const stranger = { ...owner, accessKeyId: 'AKIASTRANGER', accountId: '222222222222', arn: arn.replaceAll('1', '2') };
const reader = { ...owner, accessKeyId: 'AKIAREADER', arn: arn.replace('owner', 'reader') };
let dataDir: string;
let running: ApiUnderTest;

beforeAll(async () => {
  const people = [
    { ...owner, policies: [all] },
    { ...stranger, policies: [all] },
    { ...reader, policies: ['AWSAppMeshReadOnly'] },
  ];
  running = await startEmbedded(people, (folder) => {
    dataDir = folder;
    return {};
  });
});
afterAll(() => running?.close());

async function heddle(...words: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    HEDDLE_ENDPOINT: running.endpoint,
    AWS_ACCESS_KEY_ID: owner.accessKeyId,
    AWS_SECRET_ACCESS_KEY: owner.secretAccessKey,
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['cli/heddle.ts', 'certificates', ...words], { env });
  return stdout.trim();
}

const acm = (credentials: typeof owner) =>
  new ACMClient({ endpoint: running.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });

test('certificates are made, renewed, revoked and imported under their ARNs', { timeout: 60_000 }, async () => {
  const made = await heddle('create', 'color.local', '--name', '10.0.0.1', '--validity', '12h');
  expect(made).toMatch(/^arn:aws:acm:us-east-1:111111111111:certificate\/[0-9a-f-]{36}$/);
  const described = () => acm(owner).send(new DescribeCertificateCommand({ CertificateArn: made }));
  const { Certificate: before } = await described();
  expect(before).toMatchObject({ DomainName: 'color.local', Status: 'ISSUED', Type: 'PRIVATE' });
  expect((before?.NotAfter?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(12 * 3_600_000);
  await heddle('renew', made);
  expect((await described()).Certificate?.Serial).not.toBe(before?.Serial);

  const own = await makeAuthority('elsewhere.local', 'EC_prime256v1', { from: Date.now(), to: Date.now() + 60_000 });
  const [certificate, key] = [join(dataDir, 'own.pem'), join(dataDir, 'own.key')];
  writeFileSync(certificate, own.certificate);
  writeFileSync(key, own.key, { mode: 0o600 });
  const imported = await heddle('import', '--certificate', certificate, '--key', key);
  await heddle('revoke', made);
  const listed = await heddle('list');
  expect(listed).toMatch(new RegExp(`${made} +color.local +REVOKED`));
  expect(listed).toMatch(new RegExp(`${imported} +elsewhere.local +ISSUED`));
});

/** Signed by itself, as somebody may have made it: members of ImportCertificate. */
async function selfSigned(name: string, alternative: string) {
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-384' };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const extensions = [new SubjectAlternativeNameExtension([{ type: 'dns', value: alternative }])];
  const made = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm, extensions });
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { Certificate: Buffer.from(made.toString('pem')), PrivateKey: Buffer.from(key) };
}

test('of what is imported its own names are told, and its key: without a subject, and with a long one', async () => {
  const described = async (given: Awaited<ReturnType<typeof selfSigned>>) => {
    const { CertificateArn } = await acm(owner).send(new ImportCertificateCommand(given));
    return (await acm(owner).send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  };
  const KeyAlgorithm = 'EC_secp384r1';
  expect(await described(await selfSigned('', 'no-subject.local'))).toMatchObject({
    DomainName: 'no-subject.local',
    SubjectAlternativeNames: ['no-subject.local'],
    KeyAlgorithm,
  });
  expect(await described(await selfSigned('CN=long.local, O=Example, OU=Unit', 'other.local'))).toMatchObject({
    DomainName: 'long.local',
    SubjectAlternativeNames: ['long.local', 'other.local'],
    KeyAlgorithm,
  });
  await heddle('authority', 'ours');
  expect(await heddle('list')).toMatch(/^arn:\S+ +long\.local +ISSUED[\s\S]*certificate-authority\S+ +ours +ACTIVE/m);
});

test('what cannot be imported is refused in words about what was given', async () => {
  const [one, other] = [await selfSigned('CN=one', 'one.local'), await selfSigned('CN=other', 'other.local')];
  const refused = (given: typeof one & { readonly CertificateChain?: Buffer }, message: RegExp) =>
    expect(acm(owner).send(new ImportCertificateCommand(given))).rejects.toThrow(message);
  const anothers = { ...one, PrivateKey: other.PrivateKey };
  await refused(anothers, /^what is imported came with a private key that is not the certificate's$/);
  await refused({ ...one, Certificate: one.PrivateKey }, /^what is imported holds no certificate in PEM/);
  await refused({ ...one, CertificateChain: one.PrivateKey }, /^CertificateChain holds no certificate in PEM/);
  await refused(
    { ...one, CertificateChain: other.Certificate },
    /^what is imported has a chain of which certificate 1/,
  );
});

test('a key leaves encrypted, to those alone whose account and policies allow it', { timeout: 60_000 }, async () => {
  const made = await heddle('create', 'secret.local', '--rsa');
  const wanted = { CertificateArn: made, Passphrase: Buffer.from('only for this') };
  const { Certificate = '', PrivateKey = '' } = await acm(owner).send(new ExportCertificateCommand(wanted));
  expect(PrivateKey).toContain('ENCRYPTED');
  const opened = createPrivateKey({ key: PrivateKey, passphrase: 'only for this' });
  expect(new X509Certificate(Certificate).checkPrivateKey(opened)).toBe(true);
  const others = { stranger: 'ResourceNotFoundException', reader: 'AccessDeniedException' };
  for (const [who, name] of Object.entries(others)) {
    const asked = acm(who === 'reader' ? reader : stranger).send(new ExportCertificateCommand(wanted));
    await expect(asked).rejects.toMatchObject({ name });
  }
});

test('a key algorithm that there is none of is refused by name', async () => {
  for (const KeyAlgorithm of ['RSA_1024', 'constructor']) {
    const asked = new RequestCertificateCommand({ DomainName: 'a.local', KeyAlgorithm: KeyAlgorithm as 'RSA_1024' });
    await expect(acm(owner).send(asked)).rejects.toThrow(/^KeyAlgorithm is none of EC_prime256v1, RSA_2048$/);
  }
});

test('what a node is known by is given to nobody who asks for it', async () => {
  const node = 'spiffe://111111111111.heddle/mesh/m/virtualNode/a';
  for (const asked of [{ DomainName: node }, { DomainName: 'a.local', SubjectAlternativeNames: [node] }]) {
    await expect(acm(owner).send(new RequestCertificateCommand(asked))).rejects.toThrow(`${node} is a node's`);
  }
});

test('what an authority signed is fetched from it alone, and by its account alone', async () => {
  const authority = (credentials: typeof owner) =>
    new ACMPCAClient({ endpoint: running.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const [own, other] = await Promise.all(
    [owner, stranger].map(async (who) => {
      const CertificateAuthorityConfiguration = {
        KeyAlgorithm: 'EC_prime256v1' as const,
        SigningAlgorithm: 'SHA256WITHECDSA' as const,
        Subject: { CommonName: 'root' },
      };
      const asked = { CertificateAuthorityType: 'ROOT' as const, CertificateAuthorityConfiguration };
      return (await authority(who).send(new CreateCertificateAuthorityCommand(asked))).CertificateAuthorityArn;
    }),
  );
  const Csr = Buffer.from((await makeRequest(['node.local'], 'EC_prime256v1')).request);
  const Validity = { Type: 'DAYS' as const, Value: 1 };
  const wanted = { CertificateAuthorityArn: own, Csr, SigningAlgorithm: 'SHA256WITHECDSA' as const, Validity };
  const { CertificateArn } = await authority(owner).send(new IssueCertificateCommand(wanted));
  const fetched = (who: typeof owner, CertificateAuthorityArn: string | undefined) =>
    authority(who).send(new GetCertificateCommand({ CertificateAuthorityArn, CertificateArn }));
  expect((await fetched(owner, own)).Certificate).toContain('BEGIN CERTIFICATE');
  await expect(fetched(stranger, own)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(fetched(stranger, other)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('no private key stands in the data directory', () => {
  const files = readdirSync(dataDir).filter((name) => name !== 'own.key');
  expect(files).toContain('sealing-key');
  for (const name of files.filter((one) => one !== 'signing-key.json')) {
    expect(readFileSync(join(dataDir, name)).includes('PRIVATE KEY'), name).toBe(false);
  }
});
