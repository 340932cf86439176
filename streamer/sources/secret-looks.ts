// How secrets are looked up: a certificate is exported once for all tasks and stands sealed in the views from then on, the
// certificate of a node is made by the first task that needs it.
import { heldOf } from '#certificates/chain.ts';
import { makeRequest } from '#certificates/x509.ts';
import {
  type Certificates,
  certificateKey,
  type HeldCertificate,
  lateFrom,
  type NoCertificate,
  type Sealed,
  type Sealer,
  secretsView,
  timeLeft,
} from '#events/certificates.ts';
import type { Actor } from '#events/event.ts';
import type { NotAllowed } from '#events/instances.ts';
import type { ViewStore } from '#events/store.ts';
import type { Looked, LookedSecret, SecretWant } from './secret.ts';

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
}

type CertificateWant = Extract<SecretWant, { kind: 'certificate' }>;
type NodeWant = Extract<SecretWant, { kind: 'node' }>;

const nodeKey = ({ authority, node }: NodeWant): string => `node ${authority} ${node}`;

const minute = 60_000;
const hour = 60 * minute;

interface Stored {
  readonly arn: string;
  readonly serial: string;
  readonly sealed: Sealed;
}

export function secretLooks(parts: SecretLooksParts) {
  const { certificates, sealer, views, mayExport, now, nodeValidity } = parts;

  const contextOf = (key: string, serial: string) => ({ account: key.split(':')[4] ?? '', resource: key, serial });

  async function stored(key: string): Promise<HeldCertificate | undefined> {
    const found = (await views.get(secretsView, key))?.value as Stored | undefined;
    if (found === undefined) return undefined;
    return JSON.parse(await sealer.open(found.sealed, contextOf(key, found.serial))) as HeldCertificate;
  }

  async function store(key: string, held: HeldCertificate): Promise<void> {
    const { arn, serial } = held;
    const value: Stored = { arn, serial, sealed: await sealer.seal(JSON.stringify(held), contextOf(key, serial)) };
    await views.put(secretsView, { key, value });
  }

  async function certificate(
    { arn }: CertificateWant,
    before: LookedSecret | undefined,
    serial: string | undefined,
  ): Promise<Looked> {
    const key = certificateKey(arn);
    const kept = await stored(key);
    const isRight = kept !== undefined && (serial === undefined ? kept.notAfter > now() : kept.serial === serial);
    if (isRight) return lasting(kept);
    const old = kept ?? before?.held;
    const exported = await certificates.export(arn);
    if ('none' in exported)
      return { found: { ...(old && { held: old }), trouble: exported.none }, again: now() + minute };
    if (serial !== undefined && exported.serial !== serial && exported.serial === old?.serial) {
      throw new Error(`${arn} is not yet the certificate ${serial}`);
    }
    const held = { ...exported, root: trusted(exported.root, old?.root) };
    await store(key, held);
    return lasting(held);
  }

  function lasting(held: HeldCertificate): Looked {
    const { arn, notAfter } = held;
    const until = new Date(notAfter).toISOString();
    switch (timeLeft(held, now())) {
      case 'enough':
        return { found: { held }, again: lateFrom(held) };
      case 'little':
        return { found: { held, trouble: `${arn} expires at ${until}` }, again: notAfter };
      case 'none':
        return { found: { held, trouble: `${arn} expired at ${until}` }, again: now() + minute };
    }
  }

  async function node(want: NodeWant): Promise<Looked> {
    const key = nodeKey(want);
    const kept = await stored(key);
    if (kept !== undefined && now() < renewalOf(kept, 0.5)) return { found: { held: kept }, again: renewalOf(kept) };
    let made: HeldCertificate | NoCertificate;
    try {
      made = await signed(want);
    } catch (error) {
      // What still holds is used; whoever waits for a first one asks again.
      if (kept === undefined || kept.notAfter <= now()) throw error;
      const trouble = `${want.authority} did not sign another certificate: ${error instanceof Error ? error.message : String(error)}`;
      return { found: { held: kept, trouble }, again: now() + minute };
    }
    if ('none' in made) {
      return { found: { ...(kept && { held: kept }), trouble: made.none }, again: now() + minute };
    }
    await store(key, made);
    return { found: { held: made }, again: renewalOf(made) };
  }

  async function signed({ authority, names }: NodeWant): Promise<HeldCertificate | NoCertificate> {
    const { request, key } = await makeRequest(names, 'EC_prime256v1');
    const answer = await certificates.sign({ authority, request, validity: nodeValidity });
    return 'none' in answer ? answer : heldOf(authority, answer.chain, key);
  }

  async function authority(arn: string): Promise<Looked> {
    const found = await certificates.authority(arn);
    if ('none' in found) return { found: { trouble: found.none }, again: now() + minute };
    return { found: { authorities: trusted(found.certificate, found.above) }, again: now() + hour };
  }

  async function look(want: SecretWant, before: LookedSecret | undefined, serial: string | undefined): Promise<Looked> {
    switch (want.kind) {
      case 'certificate':
        return certificate(want, before, serial);
      case 'node':
        return node(want);
      case 'authority':
        return authority(want.arn);
      case 'grant': {
        const answer = await mayExport(want.caller, want.arn);
        const found = typeof answer === 'boolean' ? { allowed: answer } : { ...before, trouble: answer.refused };
        return { found, again: now() + minute };
      }
    }
  }
  return look;
}

/** When a certificate is to be made anew: at half its life, and up to a tenth later so that not all come at once. */
const renewalOf = ({ notBefore, notAfter }: HeldCertificate, part = 0.5 + Math.random() * 0.1): number =>
  notBefore + (notAfter - notBefore) * part;

/** The roots that are trusted: the new one, and the one before while a change of authority runs. */
function trusted(newer: string, older = ''): string {
  const all = `${newer}\n${older}`.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(all)]
    .slice(0, 3)
    .map((one) => `${one}\n`)
    .join('');
}
