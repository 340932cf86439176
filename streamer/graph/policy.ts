// What a proxy demands of those it sends to: a backend's client policy, or its holder's default.
import { isIP } from 'node:net';
import { accountOfArn } from '#events/certificates.ts';
import type { ClientPolicyTls, Listener } from '#events/model/shapes.ts';
import type { ResourceRef } from '#events/names.ts';
import { memberOf } from '#events/spec.ts';
import { isHostName } from './discovery.ts';
import type { ClientTls, Cluster, NodeCluster } from './graph.ts';
import { usable } from './issued.ts';
import type { Say } from './report.ts';
import { bothKinds, certificateOf, isSame, type LookedUp, trustOf } from './tls.ts';

/** A policy and where it stands. */
export interface ClientPolicy {
  readonly tls: ClientPolicyTls;
  readonly holder: ResourceRef;
  readonly member: string;
}

/** Whether a client policy says anything about connections to a port: about all of them, unless it names its own. */
const concerns = (policy: ClientPolicyTls, port: number): boolean =>
  (policy.ports?.length ?? 0) === 0 || policy.ports?.includes(port) === true;

/** The TLS that a client speaks to a listener, `plain` for none, or why it can speak neither. */
export type ClientChoice = ClientTls | 'plain' | { readonly impossible: string };

/**
 * Guide, TLS: a client policy decides, and unless it says otherwise it is enforced. Where none does, or the one there
 * is not enforced, the listener's mode decides; without a policy only ACM certificates are validated. `name` is the
 * node's in discovery, which is expected in its certificate when the policy names nothing else; `owner` its account.
 */
export function clientChoice(
  { portMapping: { port }, tls }: Listener,
  { name, owner }: { readonly name: string; readonly owner: string },
  policy: ClientPolicyTls | undefined,
  lookedUp: LookedUp,
): ClientChoice {
  const takesTls = tls !== undefined && tls.mode !== 'DISABLED';
  const serverName = isIP(name) === 0 && isHostName(name) ? { serverName: name } : {};
  if (policy === undefined || !concerns(policy, port)) {
    if (!takesTls) return 'plain';
    const own = memberOf(tls.certificate);
    if (own.kind !== 'acm') return serverName;
    const { certificateArn: arn } = own.value;
    const issuer = { kind: 'issuer', arn } as const;
    // Another account's certificate is shown by none of the node's proxies: nothing is asked about it.
    const trust =
      accountOfArn(arn) === owner
        ? usable(issuer, lookedUp.certificates?.trust(issuer), lookedUp.said)
        : `${arn} is not of account ${owner}, which owns the node`;
    if (typeof trust !== 'string') return { ...serverName, validation: { trust, names: [name] } };
    return tls.mode === 'PERMISSIVE' ? 'plain' : { impossible: `${trust}: nothing is sent to this listener` };
  }
  if (policy.enforce === false && !takesTls) return 'plain';
  const trust = trustOf(policy.validation.trust, lookedUp);
  const unheld = (reason: string) => ({ impossible: `${reason}: nothing is sent where it holds` });
  if (typeof trust === 'string') return unheld(trust);
  const exact = policy.validation.subjectAlternativeNames?.match.exact ?? [];
  // An empty list names nobody: it must not turn the check of the name off.
  const names = exact.length > 0 ? exact : [name];
  const certificate = policy.certificate && certificateOf(policy.certificate, lookedUp);
  if (typeof certificate === 'string') return unheld(certificate);
  if (isSame(certificate, trust)) return unheld(bothKinds);
  return { ...serverName, ...(certificate && { certificate }), validation: { trust, names } };
}

/** Under which policy each of a proxy's clusters is used. */
export interface Policies {
  hold(policy: ClientPolicy | undefined, clusters: Iterable<Cluster>): void;
  of(cluster: NodeCluster): ClientPolicy | undefined;
}

/**
 * Starts a proxy's policies. A node that two backends lead to has one cluster, as App Mesh had it: of their policies the
 * one that demands more holds for both, the first when neither does.
 */
export function newPolicies(say: Say): Policies {
  const policies = new Map<NodeCluster, ClientPolicy | undefined>();
  return {
    hold(policy, clusters) {
      for (const cluster of clusters) {
        if (cluster.kind !== 'node') continue;
        const before = policies.get(cluster);
        if (!policies.has(cluster) || demands(policy) > demands(before)) policies.set(cluster, policy);
        const holds = policies.get(cluster);
        const lost = holds === policy ? before : policy;
        if (lost === undefined || JSON.stringify(lost.tls) === JSON.stringify(holds?.tls)) continue;
        const by = holds?.member ?? 'no policy';
        say(lost.holder, lost.member, `${by} holds for virtual node ${cluster.node}, which both lead to`);
      }
    },
    of: (cluster) => policies.get(cluster),
  };
}

const demands = (policy: ClientPolicy | undefined): number =>
  policy === undefined ? 0 : policy.tls.enforce === false ? 1 : 2;
