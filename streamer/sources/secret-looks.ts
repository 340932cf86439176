// How secrets are looked up: a certificate is exported once for all tasks and stands sealed in the views from then on, the
// certificate of a node is made by the first task that needs it. Whose root is another is trusted first, and shown later.
import type { X509Certificate } from 'node:crypto';
import { certificatesIn, heldOf, serialText } from '#certificates/chain.ts';
import { makeRequest } from '#certificates/x509.ts';
import {
  type Certificates,
  type HeldCertificate,
  isCertificateArn,
  lateFrom,
  type NoCertificate,
  type Sealer,
  timeLeft,
} from '#events/certificates.ts';
import type { Actor } from '#events/event.ts';
import type { NotAllowed } from '#events/instances.ts';
import { reasonOf } from '#events/reason-of.ts';
import type { ViewStore } from '#events/store.ts';
import { nextChange, type Rooted, type Succession, shownOf, succession, trustedOf } from '#events/succession.ts';
import { grantLooks } from './grants.ts';
import { oneOfAll } from './one-of-all.ts';
import { type Sealing, sealedValues } from './sealed.ts';
import { type Looked, type LookedSecret, type SecretWant, sealedKey } from './secret.ts';

/** Whether a caller's policies let it have the key of a certificate. Rejects when they cannot be read now. */
export type ExportCheck = (caller: Actor, arn: string) => Promise<boolean | NotAllowed>;

export interface SecretLooksParts {
  readonly certificates: Certificates;
  readonly sealer: Sealer;
  readonly views: ViewStore;
  readonly mayExport: ExportCheck;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long the certificate of a node lasts, milliseconds. */
  readonly nodeValidity: number;
  /** How long a new root is trusted before anything under it is shown, milliseconds. */
  readonly overlap: number;
}

type CertificateWant = Extract<SecretWant, { kind: 'certificate' }>;
type NodeWant = Extract<SecretWant, { kind: 'node' }>;
type Held = Succession<HeldCertificate>;
/** `root`: the authority's certificate and those above it. */
type Authority = Succession<Rooted & Sealing>;

const minute = 60_000;

export function secretLooks(parts: SecretLooksParts) {
  const { certificates, sealer, views, mayExport, now, nodeValidity, overlap } = parts;
  const sealed = sealedValues(views, sealer, now);
  /** Asked to be signed, and not sealed yet: another would be paid for as well. */
  const asked = new Map<string, Awaited<ReturnType<typeof makeRequest>>>();
  const alone = oneOfAll(views, now);

  async function certificate(
    want: CertificateWant,
    before: LookedSecret | undefined,
    serial: string | undefined,
  ): Promise<Looked> {
    const { arn } = want;
    const key = sealedKey(want);
    const kept = await sealed.newest<Held>(key);
    const had = kept?.value ?? hadBy(before);
    if (had !== undefined) {
      const { newest: own } = had;
      if (serial === undefined ? own.notAfter > now() : own.serial === serial) return lasting(had);
      // What is sealed is given to whoever has none yet, before the next is asked for.
      if (before === undefined) return { ...lasting(had), again: now() };
    }
    const looked = await alone(
      key,
      () => sealed.isFollowed(key, kept),
      async () => {
        const exported = await certificates.export(arn);
        if ('none' in exported) return lasting(had, exported.none);
        if (exported.serial === had?.newest.serial) {
          if (serial === undefined) return lasting(had);
          throw new Error(`${arn} is not yet the certificate ${serial}`);
        }
        const there = await sealed.next(key, kept, succession(exported, had, now(), overlap), exported);
        return there.newest.serial === exported.serial ? lasting(there) : undefined;
      },
    );
    // Another task was the first, with what may be older.
    return looked ?? certificate(want, before, serial);
  }

  /** What is kept, as far as there is anything, and what is wrong beside its age; `soon`: milliseconds to the next look then. */
  function lasting(kept: Held | undefined, trouble?: string, soon = minute): Looked {
    const wrong = trouble === undefined ? {} : { trouble };
    if (kept === undefined) return { found: wrong, again: now() + soon };
    const held = shownOf(kept, now());
    const left = timeLeft(held, now());
    const found = { held, authorities: trustedOf(kept, now()), ...wrong };
    if (trouble !== undefined || left === 'none') return { found, again: now() + soon };
    return { found, again: soonest(left === 'enough' ? lateFrom(held) : held.notAfter, kept) };
  }

  const grant = grantLooks({ mayExport, views, now });

  const soonest = (time: number, kept: Held): number => Math.min(time, nextChange(kept, now()) ?? time);

  async function node(want: NodeWant, before: LookedSecret | undefined): Promise<Looked> {
    const key = sealedKey(want);
    const kept = await sealed.newest<Held>(key);
    const had = kept?.value ?? hadBy(before);
    if (had !== undefined && !isDue(had.newest)) return signedOf(had);
    const looked = await alone(
      key,
      () => sealed.isFollowed(key, kept),
      async () => {
        let made: HeldCertificate | NoCertificate;
        try {
          made = await signed(want, key);
        } catch (error) {
          // What is there is used; whoever waits for a first one asks again.
          if (had === undefined) throw error;
          return lasting(had, `${want.authority} did not sign another certificate: ${reasonOf(error)}`);
        }
        if ('none' in made) return lasting(had, made.none);
        const there = await sealed.next(key, kept, succession(made, had, now(), overlap), made);
        asked.delete(key);
        return signedOf(there);
      },
    );
    return looked ?? node(want, before);
  }

  const isDue = (held: HeldCertificate): boolean => now() >= renewalOf(held, 0.5);

  /** Each is paid for: where this clock is not the authority's, one may be due as soon as it is signed, and waits all the same. */
  function signedOf(kept: Held): Looked {
    const renewal = Math.max(renewalOf(kept.newest), now() + nodeValidity / 10);
    return { found: { held: shownOf(kept, now()) }, again: soonest(renewal, kept) };
  }

  async function signed({ authority, names }: NodeWant, as: string): Promise<HeldCertificate | NoCertificate> {
    const wanted = asked.get(as) ?? (await makeRequest(names, 'EC_prime256v1'));
    asked.set(as, wanted);
    const answer = await certificates.sign({ authority, request: wanted.request, validity: nodeValidity });
    return 'none' in answer ? answer : heldOf(authority, answer.chain, wanted.key);
  }

  async function authority(arn: string, before: LookedSecret | undefined): Promise<Looked> {
    const key = `authority ${arn}`;
    const kept = await sealed.newest<Authority>(key);
    const had = kept?.value;
    const keeping = (trouble: string): Looked => {
      const authorities = had === undefined ? before?.authorities : trustedOf(had, now());
      return { found: { ...(authorities && { authorities }), trouble }, again: now() + Math.min(minute, overlap / 2) };
    };
    let found: Awaited<ReturnType<Certificates['authority']>>;
    try {
      found = await certificates.authority(arn);
    } catch (error) {
      if (had === undefined || before !== undefined) throw error;
      return keeping(`${arn} cannot be looked up: ${reasonOf(error)}`);
    }
    if ('none' in found) return keeping(found.none);
    const all = certificatesIn(`${found.certificate}\n${found.above}`);
    const own = all?.[0];
    if (all === undefined || own === undefined) return keeping(`${arn} has no certificate in PEM that can be read`);
    const newest = { root: all.map(String).join(''), ...ofCertificate(own) };
    // Twice within the time for which a new one is trusted before it is shown.
    const again = now() + overlap / 2;
    if (newest.root === had?.newest.root) return { found: { authorities: trustedOf(had, now()) }, again };
    // The one before was trusted for what it signed: that has ended after the life of a node's certificate.
    const last = had && withEnd(had, Math.min(had.newest.notAfter, now() + nodeValidity));
    const there = await sealed.next(key, kept, succession(newest, last, now(), 0), ofCertificate(own));
    return { found: { authorities: trustedOf(there, now()) }, again };
  }

  async function look(want: SecretWant, before: LookedSecret | undefined, serial: string | undefined): Promise<Looked> {
    const arn = want.kind === 'node' ? want.authority : want.arn;
    if (!isCertificateArn(arn)) return { found: { trouble: `${arn} is no ARN of a certificate or an authority` } };
    switch (want.kind) {
      case 'certificate':
        return certificate(want, before, serial);
      case 'node':
        return node(want, before);
      case 'authority':
        return authority(want.arn, before);
      case 'grant':
        return grant(want, before);
    }
  }
  return look;
}

/** Where the views have forgotten it. */
const hadBy = (before: LookedSecret | undefined): Held | undefined =>
  before?.held && { newest: before.held, former: [] };

const ofCertificate = ({ serialNumber, validToDate }: X509Certificate): Sealing => ({
  serial: serialText(serialNumber),
  notAfter: validToDate.getTime(),
});

const withEnd = (kept: Authority, notAfter: number): Authority => ({ ...kept, newest: { ...kept.newest, notAfter } });

/** When a certificate is to be made anew: at half its life, and up to a tenth later so that not all come at once. */
const renewalOf = ({ notBefore, notAfter }: HeldCertificate, part = 0.5 + Math.random() * 0.1): number =>
  notBefore + (notAfter - notBefore) * part;
