// The Envoys of one node or gateway as an entry of a view: small enough for any store (DynamoDB's items end at 400 KB),
// the slowest first, so that whoever waits for all sees those that it waits for.
import type { DiscoveryStatus, DiscoveryType, FleetEnvoy, LeftOut, ProxyItem } from '#events/fleet.ts';
import type { ProxyView } from './proxies.ts';
import type { ResourceType } from './xds/snapshot.ts';
import type { StreamStatus, TypeStatus } from './xds/status.ts';

/** The most Envoys of an item, and the most characters that they take. */
const limits = { envoys: 500, characters: 200_000 };
const shownReport = 100;
const shownNames = 20;

const discoveryTypes: Readonly<Record<ResourceType, DiscoveryType>> = {
  cluster: 'cds',
  endpoint: 'eds',
  secret: 'sds',
  listener: 'lds',
  route: 'rds',
};

/** The item of a proxy with these streams; `views` are its views, one for each place that its Envoys stand in. */
export function itemOf(task: string, streams: readonly StreamStatus[], views: readonly ProxyView[]): ProxyItem {
  const failed = views.some((view) => view.failed());
  const older = failed || views.some((view) => view.waits());
  const envoys = streams.map((stream) => envoyOf(stream, older)).sort(slowestFirst);
  return { task, count: envoys.length, envoys: fitting(envoys), report: reportOf(views, failed) };
}

function envoyOf({ node, peer, since, mode, sequence, types }: StreamStatus, older: boolean): FleetEnvoy {
  const acked = sequence?.acked;
  return {
    node,
    address: peer,
    since,
    mode,
    ...(acked !== undefined && { acknowledged: acked }),
    // Whose newest translation failed or waits is told an older one, which is not what the mesh asks for.
    current: acked !== undefined && acked === sequence?.newest && !older,
    types: Object.fromEntries(
      Object.entries(types)
        .filter(([, type]) => type.sent !== undefined || type.nack !== undefined)
        .map(([type, status]) => [discoveryTypes[type as ResourceType], discoveryStatus(status)]),
    ),
  };
}

function discoveryStatus({ sent, acked, nack }: TypeStatus): DiscoveryStatus {
  const { message = '', at = 0 } = nack ?? {};
  const names = nack?.names?.slice(0, shownNames);
  return {
    ...(sent !== undefined && { sent }),
    ...(acked !== undefined && { acked }),
    ...(nack !== undefined && { nack: { message, ...(names && { names }), at } }),
  };
}

function slowestFirst(left: FleetEnvoy, right: FleetEnvoy): number {
  if (left.current !== right.current) return left.current ? 1 : -1;
  const behind = (left.acknowledged ?? -1) - (right.acknowledged ?? -1);
  if (behind !== 0) return behind;
  return left.node < right.node || (left.node === right.node && left.address < right.address) ? -1 : 1;
}

function fitting(envoys: readonly FleetEnvoy[]): readonly FleetEnvoy[] {
  let room = limits.characters;
  const fit = envoys.slice(0, limits.envoys).findIndex((envoy) => {
    room -= JSON.stringify(envoy).length;
    return room < 0;
  });
  return fit < 0 ? envoys.slice(0, limits.envoys) : envoys.slice(0, Math.max(1, fit));
}

function reportOf(views: readonly ProxyView[], failed: boolean): readonly LeftOut[] {
  const proxy = views[0]?.proxy ?? '';
  const reason = 'its newest version could not be translated, which is a bug: the log of the streamer has the cause';
  const failure = failed ? [{ resource: proxy, member: '', reason }] : [];
  const lines = new Map(views.flatMap((view) => view.report()).map((line) => [JSON.stringify(line), line]));
  const all = [...failure, ...lines.values()];
  if (all.length <= shownReport) return all;
  const more = { resource: proxy, member: '', reason: `and ${all.length - shownReport} more` };
  return [...all.slice(0, shownReport), more];
}
