// The authority that Heddle is itself where there is no AWS: it makes authorities and certificates under ARNs of the same
// form and answers the same port. Its keys stand sealed in the views.
import { randomUUID } from 'node:crypto';
import { accountOfArn, type Certificates, type NoCertificate, type Sealer } from '#events/certificates.ts';
import { partitionOf } from '#events/names.ts';
import type { ViewStore } from '#events/store.ts';
import { heldOf } from './chain.ts';
import { type AuthorityRecord, authorityView, type CertificateRecord } from './records.ts';
import { type KeyKind, makeAuthority, makeRequest, signRequest } from './x509.ts';

const day = 24 * 3_600_000;
/** ACM's own: 13 months (ACM guide, "Certificate characteristics and limitations"). */
const certificateLife = 395 * day;
const authorityLife = 10 * 365 * day;
/** A clock that is a little behind must not refuse what was just made. */
const grace = 60_000;

export interface Request {
  readonly names: readonly string[];
  readonly kind: KeyKind;
  /** The account's own first one when it is left out. */
  readonly authority?: string;
  /** Milliseconds. */
  readonly validity?: number;
}

export interface Import {
  /** In place of this one. */
  readonly arn?: string;
  readonly chain: string;
  readonly key: string;
}

export interface EmbeddedAuthority extends Certificates {
  createAuthority(account: string, name: string, kind: KeyKind): Promise<AuthorityRecord>;
  authorities(account: string): Promise<readonly AuthorityRecord[]>;
  request(account: string, wanted: Request): Promise<CertificateRecord | NoCertificate>;
  import(account: string, given: Import): Promise<CertificateRecord | NoCertificate>;
  find(arn: string): Promise<CertificateRecord | undefined>;
  list(account: string): Promise<readonly CertificateRecord[]>;
  renew(arn: string): Promise<CertificateRecord | NoCertificate>;
  revoke(arn: string): Promise<CertificateRecord | NoCertificate>;
  delete(arn: string): Promise<void>;
}

export interface EmbeddedParts {
  readonly views: ViewStore;
  readonly sealer: Sealer;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const context = (arn: string) => ({ use: 'authority', arn });
const authorityKey = (arn: string) => `${accountOfArn(arn)} authority ${arn}`;
const certificateKey = (arn: string) => `${accountOfArn(arn)} certificate ${arn}`;
const noAuthority = (arn: string): NoCertificate => ({ none: `there is no certificate authority ${arn}` });
const revoked = (arn: string): NoCertificate => ({ none: `${arn} was revoked` });
const noCertificate = (arn: string): NoCertificate => ({ none: `there is no certificate ${arn}` });

export function embeddedAuthority({ views, sealer, region, now }: EmbeddedParts): EmbeddedAuthority {
  const arnOf = (account: string, what: string) =>
    `arn:${partitionOf(region)}:${what === 'certificate' ? 'acm' : 'acm-pca'}:${region}:${account}:${what}/${randomUUID()}`;
  const get = async <R>(key: string) => (await views.get(authorityView, key))?.value as R | undefined;
  const all = async <R>(prefix: string) => (await views.list(authorityView, prefix)).map(({ value }) => value as R);
  const put = <R>(key: string, value: R) => views.put(authorityView, { key, value }).then(() => value);
  const findAuthority = (arn: string) => get<AuthorityRecord>(authorityKey(arn));
  const find = (arn: string) => get<CertificateRecord>(certificateKey(arn));
  const authorities = async (account: string) =>
    (await all<AuthorityRecord>(`${account} authority `)).toSorted((a, b) => a.createdAt - b.createdAt);

  async function opened({ arn, key }: Pick<AuthorityRecord, 'arn' | 'key'>): Promise<string> {
    const text = await sealer.open(key, context(arn));
    if (text === undefined) throw new Error(`the private key of ${arn} was sealed with another key than the one here`);
    return text;
  }

  async function createAuthority(account: string, name: string, kind: KeyKind): Promise<AuthorityRecord> {
    const arn = arnOf(account, 'certificate-authority');
    const validity = { from: now() - grace, to: now() + authorityLife };
    const { certificate, key } = await makeAuthority(name, kind, validity);
    const times = { createdAt: now(), notBefore: validity.from, notAfter: validity.to };
    const sealed = await sealer.seal(key, context(arn));
    return put(authorityKey(arn), { arn, account, name, kind, ...times, certificate, key: sealed });
  }

  /** Two first requests at once make two; the older is the account's own from then on. */
  async function ownAuthority(account: string): Promise<AuthorityRecord> {
    const [first] = await authorities(account);
    if (first !== undefined) return first;
    await createAuthority(account, `Heddle ${account}`, 'EC_prime256v1');
    const [made] = await authorities(account);
    if (made === undefined) throw new Error(`the authority of ${account} was made and is not there`);
    return made;
  }

  async function signed(authority: AuthorityRecord, request: string, validity: number): Promise<string> {
    const key = await opened(authority);
    const { certificate, kind } = authority;
    const times = { from: now() - Math.min(grace, validity / 10), to: now() + validity };
    return `${await signRequest(request, { certificate, key, kind }, times)}${certificate}`;
  }

  type Wanted = Pick<CertificateRecord, 'arn' | 'account' | 'names' | 'kind' | 'validity' | 'createdAt'>;

  async function make(
    wanted: Wanted,
    authority: AuthorityRecord,
    before?: CertificateRecord,
  ): Promise<CertificateRecord | NoCertificate> {
    const { request, key } = await makeRequest(wanted.names, wanted.kind);
    return keep(
      { ...wanted, authority: authority.arn },
      await signed(authority, request, wanted.validity),
      key,
      before,
    );
  }

  async function keep(
    wanted: Wanted & { readonly authority?: string },
    chain: string,
    key: string,
    before?: CertificateRecord,
  ): Promise<CertificateRecord | NoCertificate> {
    const held = heldOf(wanted.arn, chain, key);
    if ('none' in held) return held;
    const { serial, notBefore, notAfter } = held;
    const sealed = await sealer.seal(held.key, context(wanted.arn));
    const record = { ...wanted, serial, notBefore, notAfter, chain: held.chain, key: sealed };
    if (before !== undefined) {
      // Signing takes a while: what was revoked, deleted or renewed meanwhile stays so.
      const there = await find(wanted.arn);
      if (there?.revokedAt !== undefined) return revoked(wanted.arn);
      if (there?.serial !== before.serial) return there ?? noCertificate(wanted.arn);
    }
    return put(certificateKey(wanted.arn), record);
  }

  async function renew(arn: string): Promise<CertificateRecord | NoCertificate> {
    const found = await find(arn);
    if (found === undefined) return noCertificate(arn);
    if (found.authority === undefined) return { none: `${arn} was imported: it is renewed by importing another` };
    if (found.revokedAt !== undefined) return revoked(arn);
    const authority = await findAuthority(found.authority);
    if (authority === undefined) return noAuthority(found.authority);
    const { account, names, kind, validity, createdAt } = found;
    return make({ arn, account, names, kind, validity, createdAt }, authority, found);
  }

  /** As it is now; what is beyond two thirds of its life is renewed first, as ACM would have done. */
  async function current(arn: string): Promise<CertificateRecord | undefined> {
    const found = await find(arn);
    if (found === undefined || found.authority === undefined || found.revokedAt !== undefined) return found;
    if (now() < found.notBefore + ((found.notAfter - found.notBefore) * 2) / 3) return found;
    const renewed = await renew(arn);
    return 'none' in renewed ? find(arn) : renewed;
  }

  return {
    createAuthority,
    authorities,
    find,
    renew,
    async request(account, { names, kind, authority: arn, validity = certificateLife }) {
      const authority = arn === undefined ? await ownAuthority(account) : await findAuthority(arn);
      if (authority === undefined || authority.account !== account) return noAuthority(arn ?? account);
      return make({ arn: arnOf(account, 'certificate'), account, names, kind, validity, createdAt: now() }, authority);
    },
    async import(account, { arn, chain, key }) {
      if (arn !== undefined && (await find(arn))?.account !== account) return noCertificate(arn);
      // Before there is one, its ARN would tell nobody anything.
      const held = heldOf(arn ?? 'what is imported', chain, key);
      if ('none' in held) return held;
      const wanted = { arn: arn ?? arnOf(account, 'certificate'), account, kind: 'EC_prime256v1' } as const;
      return keep({ ...wanted, names: [], validity: 0, createdAt: now() }, chain, key);
    },
    list: (account) => all(`${account} certificate `),
    async revoke(arn) {
      const found = await find(arn);
      if (found === undefined) return noCertificate(arn);
      return put(certificateKey(arn), { ...found, revokedAt: now() });
    },
    delete: (arn) => views.delete(authorityView, certificateKey(arn)),
    async describe(arn) {
      const found = await current(arn);
      if (found === undefined) return noCertificate(arn);
      const { serial, notBefore, notAfter } = found;
      return { arn, serial, notBefore, notAfter, status: statusOf(found, now()), exportable: true };
    },
    async export(arn) {
      const found = await current(arn);
      if (found === undefined) return noCertificate(arn);
      if (found.revokedAt !== undefined) return revoked(arn);
      return heldOf(arn, found.chain, await opened(found));
    },
    async authority(arn) {
      const found = await findAuthority(arn);
      return found === undefined ? noAuthority(arn) : { certificate: found.certificate, above: '' };
    },
    async sign({ authority: arn, request, validity }) {
      const found = await findAuthority(arn);
      return found === undefined ? noAuthority(arn) : { chain: await signed(found, request, validity) };
    },
  };
}

/** In ACM's words. */
export function statusOf({ revokedAt, notAfter }: CertificateRecord, now: number): string {
  if (revokedAt !== undefined) return 'REVOKED';
  return notAfter <= now ? 'EXPIRED' : 'ISSUED';
}
