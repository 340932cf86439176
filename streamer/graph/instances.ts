// Who answers for a node that is found by its registered instances: which of their addresses, which zone first, and
// what cannot be used.
import { isIP } from 'node:net';
import { type Instance, serviceText } from '#events/instances.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import type { AddressFamily, Endpoints, Locality, NodeCluster } from './graph.ts';
import type { Say } from './report.ts';
import type { Surroundings } from './surroundings.ts';
import { unreachable } from './unreachable.ts';

const member = 'spec.serviceDiscovery.awsCloudMap';
/** As many instances are named in a line of the report. */
const named = 5;

/** None where the cluster is not found so, or its instances are not known: its proxies keep those that they have. */
export function endpointsOf(
  state: MeshState,
  cluster: NodeCluster,
  zone: string | undefined,
  { instances: look }: Surroundings,
  say: Say,
): readonly Endpoints[] {
  const { discovery } = cluster;
  const node = find(state, 'virtualNode', cluster.node);
  if (discovery.kind !== 'instances' || node === undefined) return [];
  const { instances, trouble } = look?.(discovery.service) ?? {};
  if (trouble !== undefined) say(node, member, trouble);
  else if (instances === undefined) say(node, member, 'its instances are not known yet');
  else if (instances.length === 0) {
    say(node, member, `${serviceText(discovery.service)} has no instance: the node has no endpoints`);
  }
  if (instances === undefined) return [];
  for (const line of unusable(instances, node, discovery.family)) say(node, member, line);
  return [endpointsAt(cluster, chosen(instances, discovery.family, zone))];
}

// Instances are asked for by every proxy that sends to them: what follows from them is worked out once, and being one
// object, is printed and encoded once.
const knownChoices = new WeakMap<readonly Instance[], Map<string, readonly Locality[]>>();
const knownEndpoints = new WeakMap<readonly Locality[], WeakMap<NodeCluster, Endpoints>>();
const knownLines = new WeakMap<readonly Instance[], WeakMap<Resource, readonly string[]>>();

function endpointsAt(cluster: NodeCluster, localities: readonly Locality[]): Endpoints {
  const byCluster = knownEndpoints.get(localities) ?? new WeakMap<NodeCluster, Endpoints>();
  knownEndpoints.set(localities, byCluster);
  const endpoints = byCluster.get(cluster) ?? { cluster, localities };
  byCluster.set(cluster, endpoints);
  return endpoints;
}

function chosen(instances: readonly Instance[], family: AddressFamily, zone = ''): readonly Locality[] {
  const choices = knownChoices.get(instances) ?? new Map<string, readonly Locality[]>();
  knownChoices.set(instances, choices);
  const key = JSON.stringify([family, zone]);
  const localities = choices.get(key) ?? localitiesOf(instances, family, zone);
  choices.set(key, localities);
  return localities;
}

/** Each address once, by zone; the proxy's own zone before the others where it can bear that. */
function localitiesOf(instances: readonly Instance[], family: AddressFamily, own: string): readonly Locality[] {
  const zones = new Map<string, string>();
  for (const instance of instances) {
    const address = addressOf(instance, family);
    if (address !== undefined) zones.set(address, instance.zone ?? '');
  }
  const byZone = Map.groupBy(zones.keys(), (address) => zones.get(address) ?? '');
  const near = own !== '' && bears(byZone.get(own)?.length ?? 0, zones.size, byZone.size);
  return [...byZone]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, addresses]) => ({
      ...(zone !== '' && { zone }),
      priority: near && zone !== own ? 1 : 0,
      addresses: addresses.sort(),
    }));
}

/**
 * Whether a zone's endpoints are to have all that comes from their zone: at least two, so that a retry finds another, and
 * half of what would be theirs if the zones had equally many, so that none of them has twice its load.
 */
const bears = (own: number, all: number, zones: number): boolean => own >= 2 && own * zones * 2 >= all;

/**
 * Guide, IP version preference: Cloud Map's IPv4 address of an instance is used, and IPv6 where it has no other, unless
 * the preference says otherwise; with *_ONLY an instance without such an address is none.
 */
function addressOf({ ipv4, ipv6 }: Instance, family: AddressFamily): string | undefined {
  const [four, six] = [isIP(ipv4 ?? '') === 4 ? ipv4 : undefined, isIP(ipv6 ?? '') === 6 ? ipv6 : undefined];
  switch (family) {
    case 'IPv4 first':
      return four ?? six;
    case 'IPv6 first':
      return six ?? four;
    case 'IPv4 only':
      return four;
    case 'IPv6 only':
      return six;
    default:
      return unreachable(family);
  }
}

function unusable(
  instances: readonly Instance[],
  node: Resource<'virtualNode'>,
  family: AddressFamily,
): readonly string[] {
  const byNode = knownLines.get(instances) ?? new WeakMap<Resource, readonly string[]>();
  knownLines.set(instances, byNode);
  const lines = byNode.get(node) ?? linesOf(instances, node, family);
  byNode.set(node, lines);
  return lines;
}

function linesOf(
  instances: readonly Instance[],
  node: Resource<'virtualNode'>,
  family: AddressFamily,
): readonly string[] {
  const ports = new Set((node.spec.listeners ?? []).map(({ portMapping }) => portMapping.port));
  const addressless = instances.filter((instance) => addressOf(instance, family) === undefined);
  // Guide: where traffic is redirected to the proxy, it is for the listener's port alone.
  const elsewhere = instances.filter(({ port }) => port !== undefined && !ports.has(port));
  const kind = { 'IPv4 first': 'IP', 'IPv6 first': 'IP', 'IPv4 only': 'IPv4', 'IPv6 only': 'IPv6' }[family];
  return [
    ...(addressless.length === 0 ? [] : [`no ${kind} address, so left out: ${idsOf(addressless)}`]),
    ...(elsewhere.length === 0
      ? []
      : [
          `registered with a port (AWS_INSTANCE_PORT) that is no listener's, and sent to on the listener's: ${idsOf(elsewhere)}`,
        ]),
  ];
}

function idsOf(instances: readonly Instance[]): string {
  const ids = instances.slice(0, named).map(({ id }) => id);
  return `${ids.join(', ')}${instances.length > named ? ` and ${instances.length - named} more` : ''}`;
}
