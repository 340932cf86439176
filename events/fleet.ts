// What the fleet of Envoys runs, in the form in which streamers write it into the views and the status reads it. One
// rule stands here: which version of its mesh an Envoy runs.
import { meshOfStream } from './names.ts';

/**
 * Views of the fleet: the heartbeat of each streamer task by its id, what a task has folded by mesh stream and task,
 * the Envoys of a node or gateway by mesh stream, key and task, and those that were turned away by the same.
 *
 * A task writes the items that a commit touched before it writes that it has folded the commit, and who asks reads in
 * the opposite order: an item read after the folded sequence is at least as new.
 */
export const fleetViews = {
  tasks: 'fleet-task',
  meshes: 'fleet-mesh',
  proxies: 'fleet-proxy',
  turnedAway: 'fleet-turned-away',
} as const;

/** The heartbeat of a task: when (milliseconds), how many streams it has, the newest schema of commits that it reads. */
export interface FleetTask {
  readonly at: number;
  readonly streams: number;
  readonly reads: number;
}

/** How far a task has folded a mesh: all whom the commits until then concern have been translated anew. */
export interface FoldedMesh {
  readonly task: string;
  readonly folded: number;
}

/** The types of ADS as people know them. */
export type DiscoveryType = 'cds' | 'eds' | 'sds' | 'lds' | 'rds';

/** Versions of the last response sent and the last one acknowledged, and the refusal that stands (`at`: milliseconds). */
export interface DiscoveryStatus {
  readonly sent?: string;
  readonly acked?: string;
  readonly nack?: { readonly message: string; readonly names?: readonly string[]; readonly at: number };
}

/** One connected Envoy; `since` in milliseconds since the epoch. */
export interface FleetEnvoy {
  readonly node: string;
  readonly address: string;
  readonly since: number;
  readonly mode: string;
  /** The newest version of its configuration that it has acknowledged in full, as a sequence of the mesh. */
  readonly acknowledged?: number;
  /** Whether that is the newest version that there is for it. */
  readonly current: boolean;
  readonly types: Readonly<Partial<Record<DiscoveryType, DiscoveryStatus>>>;
}

/** An Envoy that was not let in lately, with the gRPC status and the reason; `at` in milliseconds since the epoch. */
export interface TurnedAway {
  readonly node: string;
  readonly address: string;
  readonly mode: string;
  /** The ARN of who its credentials are. */
  readonly caller: string;
  readonly code: number;
  readonly message: string;
  readonly at: number;
}

/** What its configuration does not hold: `resource` is a key inside the mesh, `member` a path inside its document. */
export interface LeftOut {
  readonly resource: string;
  readonly member: string;
  readonly reason: string;
}

/** The Envoys of one node or gateway on one task, the slowest first; `count` with those that found no room here. */
export interface ProxyItem {
  readonly task: string;
  readonly count: number;
  readonly envoys: readonly FleetEnvoy[];
  readonly report: readonly LeftOut[];
}

/**
 * The version of its mesh that an Envoy runs, as a sequence; undefined until it has acknowledged anything. A commit that
 * does not concern an Envoy leaves its configuration at an older sequence: who has acknowledged the newest that there is
 * for it runs whatever its task has folded.
 */
export function running(envoy: FleetEnvoy, folded: number | undefined): number | undefined {
  const { acknowledged, current } = envoy;
  if (acknowledged === undefined || !current) return acknowledged;
  return Math.max(acknowledged, folded ?? acknowledged);
}

/** Where a fleet's key (`STREAM/KEY/TASK`) leads; throws when it is none. */
export function proxyOfKey(key: string): { readonly stream: string; readonly proxy: string; readonly task: string } {
  const parts = key.split('/');
  const stream = parts.slice(0, 3).join('/');
  const proxy = parts.slice(3, -1).join('/');
  const task = parts.at(-1);
  if (meshOfStream(stream) === undefined || proxy === '' || task === undefined) {
    throw new Error(`${key} is no key of the fleet's`);
  }
  return { stream, proxy, task };
}
