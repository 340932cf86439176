// ACM Private CA's operations on the embedded authorities.
import { certificatesIn } from '#certificates/chain.ts';
import type { AuthorityRecord } from '#certificates/records.ts';
import { blob, certificateError, keyKind, type Members, optionalText, structure, text } from './members.ts';
import { type Operation, onArn, type Place, parts, present } from './place.ts';

const onAuthority = onArn('CertificateAuthorityArn');

async function ownFound(place: Place, members: Members): Promise<AuthorityRecord> {
  const arn = text(members, 'CertificateAuthorityArn');
  const found = (await place.authority.authorities(place.account)).find((one) => one.arn === arn);
  if (found !== undefined) return found;
  throw certificateError('ResourceNotFoundException', `There is no certificate authority ${arn}`);
}

const described = ({ arn, account, name, kind, createdAt, notBefore, notAfter }: AuthorityRecord): object => ({
  Arn: arn,
  OwnerAccount: account,
  Status: 'ACTIVE',
  Type: 'ROOT',
  CreatedAt: createdAt / 1000,
  NotBefore: notBefore / 1000,
  NotAfter: notAfter / 1000,
  CertificateAuthorityConfiguration: { KeyAlgorithm: kind, Subject: { CommonName: name } },
});

/** API reference, IssueCertificate: the units of a validity, in milliseconds; MONTHS and YEARS as days. */
const units: Readonly<Record<string, number>> = { DAYS: 86_400_000, MONTHS: 30 * 86_400_000, YEARS: 365 * 86_400_000 };

function validityOf(members: Members, now: number): number {
  const { Type: type, Value: value } = structure(members, 'Validity');
  const unit = units[String(type)];
  const length = typeof value !== 'number' ? 0 : type === 'ABSOLUTE' ? value * 1000 - now : value * (unit ?? 0);
  if (length > 0) return length;
  throw certificateError('ValidationException', 'Validity is not a time to come: DAYS, MONTHS, YEARS or ABSOLUTE');
}

/** What was signed and not fetched yet, by its ARN. */
const signed = new Map<string, string>();
const mostSigned = 1000;

export const authorityOperations = {
  CreateCertificateAuthority: {
    resource: () => '*',
    async run(place, members) {
      const configuration = structure(members, 'CertificateAuthorityConfiguration');
      const name = optionalText(structure(configuration, 'Subject'), 'CommonName') ?? `Heddle ${place.account}`;
      const made = await place.authority.createAuthority(place.account, name.slice(0, 64), keyKind(configuration));
      return { CertificateAuthorityArn: made.arn };
    },
  },
  ListCertificateAuthorities: {
    resource: () => '*',
    async run(place) {
      return { CertificateAuthorities: (await place.authority.authorities(place.account)).map(described) };
    },
  },
  DescribeCertificateAuthority: {
    ...onAuthority,
    run: async (place, members) => ({ CertificateAuthority: described(await ownFound(place, members)) }),
  },
  GetCertificateAuthorityCertificate: {
    ...onAuthority,
    run: async (place, members) => ({ Certificate: (await ownFound(place, members)).certificate }),
  },
  IssueCertificate: {
    ...onAuthority,
    async run(place, members) {
      const { arn } = await ownFound(place, members);
      const validity = validityOf(members, place.now());
      let made: Awaited<ReturnType<Place['authority']['sign']>>;
      try {
        made = await place.authority.sign({ authority: arn, request: blob(members, 'Csr'), validity });
      } catch {
        throw certificateError('MalformedCSRException', 'Csr is no request that this authority can sign');
      }
      const { chain } = present(made);
      const [own] = certificatesIn(chain) ?? [];
      const certificateArn = `${arn}/certificate/${String(own?.serialNumber).toLowerCase()}`;
      signed.set(certificateArn, chain);
      for (const oldest of signed.keys()) if (signed.size > mostSigned) signed.delete(oldest);
      return { CertificateArn: certificateArn };
    },
  },
  GetCertificate: {
    ...onAuthority,
    async run(place, members) {
      const authority = await ownFound(place, members);
      const arn = text(members, 'CertificateArn');
      const chain = arn.startsWith(`${authority.arn}/`) ? signed.get(arn) : undefined;
      if (chain === undefined) throw certificateError('ResourceNotFoundException', `There is no certificate ${arn}`);
      return parts(chain);
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
