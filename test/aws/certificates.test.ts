// What reads certificates and seals keys on AWS, against what answers of ACM, ACM PCA and KMS here: ministack has KMS, moto
// all three, but its ACM signs by nobody's authority and renews nothing. Those are the fake's to show.
import {
  ACMClient,
  DescribeCertificateCommand,
  ImportCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsCertificates } from '#certificates/aws.ts';
import { certificatesIn, heldOf } from '#certificates/chain.ts';
import { kmsSealer } from '#certificates/kms-sealer.ts';
import { makeRequest } from '#certificates/x509.ts';
import type { Certificates, Sealer } from '#events/certificates.ts';
import { importable } from '#test/certificates/importable.ts';
import { motoPath } from '#test/setup/tools.ts';
import { emulatorAvailable, startEmulator } from './emulator.ts';
import { startMoto } from './moto.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'nobody', secretAccessKey: 'secret' };
const now = Date.now;

interface Place {
  readonly endpoint: string;
  stop(): Promise<void> | void;
}

const places = [
  ['the emulator', await emulatorAvailable(), () => startEmulator()],
  ['moto', motoPath() !== undefined, startMoto],
] as const satisfies readonly (readonly [string, boolean, () => Promise<Place>])[];

describe.each(places)('secrets sealed with the KMS of %s', (_, possible, start) => {
  describe.skipIf(!possible)('are', () => {
    const context = { account: '123456789012', resource: 'certificate arn:aws:acm:…', serial: '0a' };
    let place: Place;
    let kms: KMSClient;
    let key: () => Promise<Sealer>;

    beforeAll(async () => {
      place = await start();
      kms = new KMSClient({ endpoint: place.endpoint, region, credentials });
      key = async () => kmsSealer(kms, (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '');
    });
    afterAll(async () => {
      kms?.destroy();
      await place?.stop();
    });

    test('opened again by the same key for the same context', async () => {
      const sealer = await key();
      const sealed = await sealer.seal('secret words', context);
      expect(JSON.stringify(sealed)).not.toContain('secret');
      expect(await sealer.open(sealed, context)).toBe('secret words');
      expect((await sealer.seal('secret words', context)).dataKey).not.toBe(sealed.dataKey);
    });

    test('opened for no other context, not when they were changed, and by no other key', async () => {
      const sealer = await key();
      const sealed = await sealer.seal('secret words', context);
      for (const [member, value] of Object.entries({ account: '2', resource: 'another', serial: '0b' })) {
        expect(await sealer.open(sealed, { ...context, [member]: value })).toBeUndefined();
      }
      const another = await sealer.seal('other words', context);
      expect(await sealer.open({ ...sealed, text: another.text ?? '' }, context)).toBeUndefined();
      expect(await sealer.open({ ...sealed, dataKey: another.dataKey ?? '' }, context)).toBeUndefined();
      // Where KMS answers IncorrectKeyException, moto denies the access.
      const opened = (await key()).open(sealed, context);
      expect(await opened.catch(({ name }: Error) => name)).toBeOneOf([undefined, 'AccessDeniedException']);
    });
  });
});

describe.skipIf(motoPath() === undefined)('at moto', () => {
  let place: Place;
  let acm: ACMClient;
  let authorities: ACMPCAClient;
  let certificates: Certificates;
  let authority: string;

  beforeAll(async () => {
    place = await startMoto();
    const settings = { endpoint: place.endpoint, region, credentials };
    acm = new ACMClient(settings);
    authorities = new ACMPCAClient(settings);
    const clients = () => ({ acm, authorities });
    certificates = awsCertificates({ clients, region, now, pace: async () => {}, signingInterval: 10 });
    authority = await rootOf(authorities);
  }, 90_000);
  afterAll(() => {
    acm?.destroy();
    authorities?.destroy();
    void place?.stop();
  });

  test('ACM PCA gives an authority’s certificate, and signs for a key that it never sees', async () => {
    const root = await certificates.authority(authority);
    const { request, key } = await makeRequest(['a.local', 'spiffe://o/a'], 'EC_prime256v1');
    const signed = await certificates.sign({ authority, request, validity: 7 * 86_400_000 });
    if ('none' in root || 'none' in signed) throw new Error(JSON.stringify([root, signed]));
    const held = heldOf(authority, signed.chain, key);
    expect(held).toMatchObject({ arn: authority, root: certificatesIn(root.certificate)?.[0]?.toString() });
    const [own] = certificatesIn(signed.chain) ?? [];
    expect(own?.subjectAltName).toBe('DNS:a.local, URI:spiffe://o/a');
  });

  test('an authority that is not there is named', async () => {
    const gone = authority.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    expect(await certificates.authority(gone)).toEqual({ none: expect.stringContaining(gone) });
  });

  test('ACM’s certificate is described and its key decrypted; that nobody’s authority signed it is seen', async () => {
    const wanted = { DomainName: 'a.local', CertificateAuthorityArn: authority };
    const { CertificateArn: arn = '' } = await acm.send(new RequestCertificateCommand(wanted));
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
    expect(await certificates.describe(arn)).toMatchObject({
      arn,
      status: 'ISSUED',
      exportable: true,
      notAfter: Certificate?.NotAfter?.getTime(),
    });
    // A key that cannot be decrypted, or is not the certificate's, would be named before this.
    expect(await certificates.export(arn)).toEqual({ none: expect.stringContaining('not signed by the one after it') });
  });

  test('what was imported is described by its own dates, and is not exported', async () => {
    const given = await importable();
    const { CertificateArn: arn = '' } = await acm.send(new ImportCertificateCommand(given));
    const [own] = certificatesIn(given.Certificate.toString()) ?? [];
    // Its serial moto tells in decimal, ACM in hexadecimal.
    expect(await certificates.describe(arn)).toMatchObject({ exportable: false, notAfter: own?.validToDate.getTime() });
    expect(await certificates.export(arn)).toEqual({ none: expect.stringContaining('ValidationException') });
  });

  test('one that is not there is named', async () => {
    const arn = `arn:aws:acm:${region}:123456789012:certificate/00000000-0000-0000-0000-000000000000`;
    expect(await certificates.describe(arn)).toEqual({ none: expect.stringContaining(arn) });
    expect(await certificates.export(arn)).toEqual({ none: expect.stringContaining(arn) });
  });
});

/** A root that signed itself, as a user of ACM PCA makes one. */
async function rootOf(authorities: ACMPCAClient): Promise<string> {
  const { CertificateAuthorityArn } = await authorities.send(
    new CreateCertificateAuthorityCommand({
      CertificateAuthorityType: 'ROOT',
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'RSA_2048',
        SigningAlgorithm: 'SHA256WITHRSA',
        Subject: { CommonName: 'root' },
      },
    }),
  );
  const { Csr = '' } = await authorities.send(new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn }));
  const { CertificateArn } = await authorities.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn,
      Csr: Buffer.from(Csr),
      SigningAlgorithm: 'SHA256WITHRSA',
      TemplateArn: 'arn:aws:acm-pca:::template/RootCACertificate/V1',
      Validity: { Type: 'YEARS', Value: 10 },
    }),
  );
  const { Certificate = '' } = await authorities.send(
    new GetCertificateCommand({ CertificateAuthorityArn, CertificateArn }),
  );
  await authorities.send(
    new ImportCertificateAuthorityCertificateCommand({
      CertificateAuthorityArn,
      Certificate: Buffer.from(Certificate),
    }),
  );
  return CertificateAuthorityArn ?? '';
}
