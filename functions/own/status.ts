// Every connected Envoy, the version of its mesh that it runs against the newest, what it refused and what was left out
// of its configuration: read from what the streamers write into the views.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import {
  type DiscoveryStatus,
  type FleetEnvoy,
  type FoldedMesh,
  fleetViews,
  type ProxyItem,
  proxyOfKey,
  running,
  type TurnedAway,
} from '#events/fleet.ts';
import { arnOf, type Key } from '#events/names.ts';
import { arnIn, type MeshState } from '#events/state.ts';
import type { ViewEntry, ViewStore } from '#events/store.ts';
import type { FindParts } from '../resource.ts';
import { type Asked, askedAbout } from './asked-about.ts';
import type { Input } from './input.ts';
import type { ownOperations } from './operations.ts';

export interface StatusParts extends FindParts {
  readonly views: ViewStore;
}

/** One Envoy; times are seconds since the epoch. `sequence` is missing until it has acknowledged anything. */
export interface EnvoyStatus {
  readonly resource: string;
  readonly node: string;
  readonly address: string;
  readonly since: number;
  readonly mode: string;
  /** The place in its mesh's stream that it runs, and the stream's newest. */
  readonly sequence?: number;
  readonly newest: number;
  readonly types: Readonly<Record<string, DiscoveryStatus>>;
  readonly report: ProxyItem['report'];
  /** How many more Envoys of the resource, none slower than this one, are connected and not listed. */
  readonly unlisted?: number;
  /** It is not connected: it was turned away lately, with this gRPC status. */
  readonly refused?: { readonly code: number; readonly message: string; readonly caller: string; readonly at: number };
}

/** The connected Envoys that a resource concerns, or all of the caller's account that it may see. */
export async function statusOf(
  parts: StatusParts,
  event: APIGatewayProxyEvent,
  { resource, meshOwner, below }: Input<typeof ownOperations.GetStatus>,
): Promise<readonly EnvoyStatus[]> {
  const limit = limitOf(below);
  const rows: EnvoyStatus[] = [];
  for (const { mesh, proxies } of await askedAbout(parts, event, { resource, meshOwner })) {
    rows.push(...(await rowsOf(parts, mesh, proxies, limit)));
  }
  return rows;
}

type Limit = (mesh: MeshState) => number;

function limitOf(below: string | undefined): Limit {
  if (below === undefined) return () => Number.POSITIVE_INFINITY;
  return below === 'newest' ? (mesh) => mesh.sequence : () => Number(below);
}

async function rowsOf(
  { views, region }: StatusParts,
  mesh: MeshState,
  proxies: Asked['proxies'],
  limit: Limit,
): Promise<readonly EnvoyStatus[]> {
  const { stream } = mesh;
  const living = new Set((await views.list(fleetViews.tasks)).map(({ key }) => key));
  // Before the items: an item that is read later is at least as new as what its task has folded.
  const folded = new Map(
    (await views.list(fleetViews.meshes, `${stream}/`)).map(({ value }) => {
      const { task, folded: sequence } = value as FoldedMesh;
      return [task, sequence];
    }),
  );
  const only = proxies !== 'all' && proxies.size === 1 ? [...proxies][0] : undefined;
  const prefix = only === undefined ? `${stream}/` : `${stream}/${only}/`;
  const items = await views.list(fleetViews.proxies, prefix);
  // Who is not let in runs nothing: nobody waits for it.
  const turnedAway = limit(mesh) === Number.POSITIVE_INFINITY ? await views.list(fleetViews.turnedAway, prefix) : [];
  const arnOfProxy = (proxy: Key): string => {
    const resource = mesh.resources.get(proxy);
    if (resource !== undefined) return arnIn(mesh, region, resource);
    return arnOf({ region, account: mesh.owner, meshName: mesh.meshName, key: proxy });
  };
  const concerns = ({ key }: ViewEntry): boolean => {
    const { proxy, task } = proxyOfKey(key);
    return living.has(task) && (proxies === 'all' || proxies.has(proxy));
  };
  const refused = turnedAway.filter(concerns).flatMap(({ key, value }) => {
    const arn = arnOfProxy(proxyOfKey(key).proxy);
    return (value as readonly TurnedAway[]).map((envoy) => refusedRow(envoy, arn, mesh.sequence));
  });
  const connected = items.filter(concerns).flatMap((entry): readonly EnvoyStatus[] => {
    const { proxy, task } = proxyOfKey(entry.key);
    const arn = arnOfProxy(proxy);
    const item = entry.value as ProxyItem;
    const rows = item.envoys.map((envoy) =>
      rowOf(envoy, { arn, item, folded: folded.get(task), newest: mesh.sequence }),
    );
    const unlisted = item.count - rows.length;
    const all = unlisted > 0 ? rows.map((row, at) => (at === rows.length - 1 ? { ...row, unlisted } : row)) : rows;
    return all.filter(({ sequence = -1 }) => sequence < limit(mesh));
  });
  return [...connected, ...refused];
}

function refusedRow(envoy: TurnedAway, resource: string, newest: number): EnvoyStatus {
  const { node, address, mode, code, message, caller } = envoy;
  const at = envoy.at / 1000;
  return {
    resource,
    node,
    address,
    since: at,
    mode,
    newest,
    types: {},
    report: [],
    refused: { code, message, caller, at },
  };
}

interface RowParts {
  readonly arn: string;
  readonly item: ProxyItem;
  readonly folded: number | undefined;
  readonly newest: number;
}

function rowOf(envoy: FleetEnvoy, { arn, item, folded, newest }: RowParts): EnvoyStatus {
  const { node, address, since, mode, types } = envoy;
  const sequence = running(envoy, folded);
  return {
    resource: arn,
    node,
    address,
    since: since / 1000,
    mode,
    ...(sequence !== undefined && { sequence }),
    newest,
    types: Object.fromEntries(Object.entries(types).map(([type, status]) => [type, inSeconds(status)])),
    report: item.report,
  };
}

function inSeconds({ nack, ...versions }: DiscoveryStatus): DiscoveryStatus {
  return nack === undefined ? versions : { ...versions, nack: { ...nack, at: nack.at / 1000 } };
}
