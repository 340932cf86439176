// ACM and ACM Private CA behind the port, each account's read as that account. An exported key is encrypted under a
// passphrase that is made for the one call, and decrypted in memory.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import {
  type ACMClient,
  type CertificateDetail,
  DescribeCertificateCommand,
  ExportCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  type ACMPCAClient,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import type {
  AuthorityCertificate,
  CertificateFacts,
  Certificates,
  NoCertificate,
  Signing,
} from '#events/certificates.ts';
import { partitionOf } from '#events/names.ts';
import { heldOf, serialText } from './chain.ts';
import type { Pace } from './pace.ts';

/** The clients of an account in the region, or why nobody may read there. */
export type AccountClients = (account: string) => CertificateClients | NoCertificate;

export interface CertificateClients {
  readonly acm: Pick<ACMClient, 'send'>;
  readonly authorities: Pick<ACMPCAClient, 'send'>;
}

export interface AwsParts {
  readonly clients: AccountClients;
  readonly region: string;
  /** Waits until a call of an account may be made. */
  readonly pace: Pace;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The template of node certificates; `EndEntityCertificate/V1` takes the names from the request. */
  readonly template?: string;
  /** Milliseconds between looks at a certificate that is being signed. */
  readonly signingInterval?: number;
}

/** Errors that asking again does not mend (API references of ACM and ACM PCA). */
const lasting = new Set([
  'ResourceNotFoundException',
  'InvalidArnException',
  'ValidationException',
  'InvalidStateException',
  'InvalidRequestException',
  'MalformedCSRException',
  'InvalidArgsException',
]);
/** AWS general reference, common errors: the names of one that asks for less. */
const throttled = /^(Throttl|TooManyRequests|RequestLimitExceeded)/;
/** Each waits for its turn. */
const mostTries = 3;
/** Milliseconds after which an answer is no longer awaited. */
const patience = 5_000;
const signingPatience = 30_000;
/** For so long the answer to a request is one certificate, however often it is asked for. */
const issuedFor = 3_600_000;

export function awsCertificates(parts: AwsParts): Certificates {
  const { clients, region, pace, now, template = 'EndEntityCertificate/V1', signingInterval = 500 } = parts;

  /** By the request. Each certificate is paid for: whoever could not fetch it, or not keep it, asks for the same one again. */
  const issued = new Map<string, { readonly arn: string; readonly until: number }>();

  async function ask<A extends object>(
    arn: string,
    kind: 'export' | 'describe' | 'authority',
    question: (clients: CertificateClients, abortSignal: AbortSignal) => Promise<A>,
  ): Promise<A | NoCertificate> {
    const [, , , where, account = ''] = arn.split(':');
    if (where !== region) return { none: `${arn} is of another region than ${region}` };
    const found = clients(account);
    if ('none' in found) return found;
    for (let tries = 1; ; tries += 1) {
      await pace(account, kind);
      try {
        return await question(found, AbortSignal.timeout(patience));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (lasting.has(error.name)) return { none: `${arn}: ${error.name}: ${error.message}` };
        if (/^AccessDenied/.test(error.name)) return { none: `${arn}: account ${account} lets nobody read it` };
        if (!throttled.test(error.name) || tries === mostTries) throw error;
      }
    }
  }

  async function fetched(
    authority: string,
    CertificateArn: string,
  ): Promise<{ readonly chain: string } | NoCertificate> {
    for (const until = now() + signingPatience; ; ) {
      const command = new GetCertificateCommand({ CertificateAuthorityArn: authority, CertificateArn });
      try {
        const answer = await ask(authority, 'authority', (to, abortSignal) =>
          to.authorities.send(command, { abortSignal }),
        );
        if ('none' in answer) return answer;
        return { chain: `${answer.Certificate ?? ''}\n${answer.CertificateChain ?? ''}` };
      } catch (error) {
        // API reference, IssueCertificate: the certificate is signed a while after the answer. It is paid for already:
        // whatever else passes is waited for as well.
        if (now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, signingInterval));
      }
    }
  }

  async function issue({
    authority: arn,
    request,
    validity,
  }: Signing): Promise<{ readonly arn: string } | NoCertificate> {
    for (const [old, { until }] of issued) if (until <= now()) issued.delete(old);
    const known = issued.get(request);
    if (known !== undefined) return known;
    const signer = await authority(arn);
    if ('none' in signer) return signer;
    const { asymmetricKeyType } = new X509Certificate(signer.certificate).publicKey;
    const command = new IssueCertificateCommand({
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(request),
      SigningAlgorithm: asymmetricKeyType === 'rsa' ? 'SHA256WITHRSA' : 'SHA256WITHECDSA',
      TemplateArn: `arn:${partitionOf(region)}:acm-pca:::template/${template}`,
      // API reference: an absolute time is in seconds.
      Validity: { Type: 'ABSOLUTE', Value: Math.floor((now() + validity) / 1000) },
    });
    const answer = await ask(arn, 'authority', (to, abortSignal) => to.authorities.send(command, { abortSignal }));
    if ('none' in answer) return answer;
    const made = { arn: answer.CertificateArn ?? '', until: now() + issuedFor };
    issued.set(request, made);
    return made;
  }

  async function authority(arn: string): Promise<AuthorityCertificate | NoCertificate> {
    const answer = await ask(arn, 'authority', (to, abortSignal) =>
      to.authorities.send(new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: arn }), {
        abortSignal,
      }),
    );
    if ('none' in answer) return answer;
    return { certificate: answer.Certificate ?? '', above: answer.CertificateChain ?? '' };
  }

  return {
    authority,
    async describe(arn) {
      const answer = await ask(arn, 'describe', (to, abortSignal) =>
        to.acm.send(new DescribeCertificateCommand({ CertificateArn: arn }), { abortSignal }),
      );
      if ('none' in answer) return answer;
      return answer.Certificate === undefined ? { none: `${arn} is not described` } : factsOf(arn, answer.Certificate);
    },
    async export(arn) {
      const passphrase = randomBytes(32).toString('base64');
      const answer = await ask(arn, 'export', (to, abortSignal) =>
        to.acm.send(new ExportCertificateCommand({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) }), {
          abortSignal,
        }),
      );
      if ('none' in answer) return answer;
      const { Certificate = '', CertificateChain = '', PrivateKey = '' } = answer;
      let key: string;
      try {
        const opened = createPrivateKey({ key: PrivateKey, passphrase });
        key = opened.export({ type: 'pkcs8', format: 'pem' }).toString();
      } catch {
        return { none: `${arn} came with a private key that cannot be read` };
      }
      return heldOf(arn, `${Certificate}\n${CertificateChain}`, key);
    },
    async sign(signing) {
      const made = await issue(signing);
      return 'none' in made ? made : fetched(signing.authority, made.arn);
    },
  };
}

/** ACM exports what a private authority signed, and public certificates that were made to be exported. */
function factsOf(arn: string, detail: CertificateDetail): CertificateFacts {
  const { Serial = '', NotBefore, NotAfter, Status = '', Type, Options } = detail;
  return {
    arn,
    serial: serialText(Serial),
    notBefore: NotBefore?.getTime() ?? 0,
    notAfter: NotAfter?.getTime() ?? 0,
    status: Status,
    exportable: Type === 'PRIVATE' || Options?.Export === 'ENABLED',
  };
}
