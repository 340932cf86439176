// What one Envoy's principal is given of certificates: its own keys where its policies and its connection allow it, and
// whatever it needs to trust others.
import { isIP } from 'node:net';
import { accountOfArn, isAuthorityArn } from '#events/certificates.ts';
import type { Actor } from '#events/event.ts';
import { type Key, refOf } from '#events/names.ts';
import { find, type MeshState } from '#events/state.ts';
import { discoveredName } from './graph/discovery.ts';
import type { CertificateLookup, IssuedTrust, KeyPair, Known } from './graph/issued.ts';
import type { Recognized } from './sources/sealed.ts';
import type { LookedSecret, SealedWant, SecretWant } from './sources/secret.ts';

/** Who is told: `exposed` when somebody on the way could listen. */
export interface Holder {
  readonly caller: Actor;
  readonly exposed: boolean;
}

/** Undefined: not looked up yet. */
export type Ask = (want: SecretWant) => LookedSecret | undefined;

export function certificateLookup(
  state: MeshState,
  proxy: Key,
  { caller, exposed }: Holder,
  ask: Ask,
): CertificateLookup {
  function pair(arn: string): Known<KeyPair> | undefined {
    if (exposed) {
      return {
        trouble: `${arn} is sent over TLS, a unix socket or loopback alone, and this Envoy is connected otherwise`,
      };
    }
    // ACM lets no account export another's, whatever that account's own policies say (ACM has no resource policies).
    if (accountOfArn(arn) !== caller.accountId) return { trouble: `${arn} is not of ${caller.arn}'s account` };
    const grant = ask({ kind: 'grant', caller, arn });
    if (grant === undefined) return undefined;
    if (grant.allowed !== true) {
      const denied = `${caller.arn} is not authorized to perform acm:ExportCertificate on ${arn}`;
      return { trouble: grant.allowed === undefined ? (grant.trouble ?? denied) : denied };
    }
    const looked = ask(certificateWant(state, proxy, arn));
    if (looked === undefined) return undefined;
    const { held } = looked;
    const trouble = [grant, looked].flatMap((one) => one.trouble ?? []).join('; ');
    return { ...(held && { value: { chain: held.chain, key: held.key } }), ...(trouble !== '' && { trouble }) };
  }
  return { pair, trust: (wanted) => trustOf(wanted, ask) };
}

export function trustOf(wanted: IssuedTrust, ask: Ask): Known<string> | undefined {
  const arns = wanted.kind === 'issuer' ? [wanted.arn] : wanted.arns;
  const all = arns.map((arn) => ask(isAuthorityArn(arn) ? { kind: 'authority', arn } : { kind: 'certificate', arn }));
  if (all.includes(undefined)) return undefined;
  const found = all.flatMap((one) => one?.authorities ?? []);
  const trouble = all.flatMap((one) => one?.trouble ?? []).join('; ');
  return { ...(found.length > 0 && { value: found.join('') }), ...(trouble !== '' && { trouble }) };
}

/** What is asked for a proxy that an ARN is named for: an authority signs one of the proxy's own. */
export const certificateWant = (state: MeshState, proxy: Key, arn: string): SealedWant =>
  isAuthorityArn(arn) ? nodeWant(state, proxy, arn) : { kind: 'certificate', arn };

/** SPIFFE ID, 2: the trust domain is the account that owns the mesh; below it the mesh and what the proxy is of. */
function nodeWant(state: MeshState, proxy: Key, authority: string): SealedWant {
  const ref = refOf(proxy);
  const discovery =
    ref?.kind === 'virtualNode' ? find(state, 'virtualNode', ref.name)?.spec.serviceDiscovery : undefined;
  const spiffe = encodeURI(`spiffe://${state.owner}.heddle/mesh/${state.meshName}/${proxy}`);
  const name = discovery === undefined ? '' : discoveredName(discovery);
  return {
    kind: 'node',
    authority,
    node: `${state.stream}/${proxy}`,
    names: [...(isHost(name) ? [name] : []), spiffe],
  };
}

/** Whoever writes a document writes this name: no identity of another node's, and no pattern, is got by it. */
const isHost = (name: string): boolean => /^[\w.-]{1,253}$/.test(name) || isIP(name) !== 0;

/** In the place of a certificate with its key. */
export const shownPair = ({ fingerprint, serial }: Recognized): KeyPair => ({
  chain: `${fingerprint === undefined ? '' : `SHA-256 fingerprint ${fingerprint}, `}serial ${serial}`,
  key: 'not shown',
});

/** For whoever only looks: fingerprints in place of keys, of what is known of anybody's. */
export function shownCertificates(state: MeshState, proxy: Key, ask: Ask): CertificateLookup {
  return {
    pair(arn) {
      const looked = ask(certificateWant(state, proxy, arn));
      if (looked?.held === undefined) return looked;
      return { value: shownPair(looked.held), ...(looked.trouble !== undefined && { trouble: looked.trouble }) };
    },
    trust: (wanted) => trustOf(wanted, ask),
  };
}
