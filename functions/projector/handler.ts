// The projector on the log's stream of changes. Records are hints: they say which streams may have moved, and the log
// itself says how far. A stream that cannot be folded stops alone, is told of at each look, and holds up no other.
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { accountFolding, meshFolding, organizationFolding, systemFolding } from '#events/folding.ts';
import { meshOfStream, organizationStream, systemStream } from '#events/names.ts';
import type { OrganizationState } from '#events/organization.ts';
import type { AccountState, MeshState, SystemState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { type Loaded, stateCache } from '#store/cache.ts';
import { indexCertificates } from './certificate-index.ts';
import type { Projector } from './project.ts';

export interface ProjectionParts {
  readonly events: Pick<EventStore, 'read'>;
  readonly views: Pick<ViewStore, 'newestSnapshot' | 'get' | 'put' | 'putUnlessLater' | 'delete' | 'list'>;
  readonly projector: Projector;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The streams that were appended to since a time (milliseconds since the epoch). */
  readonly streamsSince: (time: number) => Promise<ReadonlySet<string>>;
  readonly onTrouble: (what: string, trouble: unknown) => void;
  readonly onMetrics: (metrics: ProjectionMetrics) => void;
}

export interface ProjectionMetrics {
  /** How long ago, in milliseconds, the oldest change of the batch was made. */
  readonly lag?: number;
  /** Streams that stand before a commit that cannot be folded: of this batch, or, after a sweep, of all. */
  readonly stopped: number;
  readonly failed: number;
}

/** What the schedule sends: look at what was written lately, in case a hint was lost. */
export interface Sweep {
  readonly sweep: true;
}

/** The view of stopped streams: by stream, `{version, reason}`. */
const stoppedView = 'stopped-streams';

/** How far a sweep looks back, in milliseconds: twice the time between two of them, and some. */
const sweepsBack = 15 * 60_000;
/** Meshes held between two invocations: a large one is some megabytes. */
const held = 50;
/** Streams looked at side by side: a sweep may find thousands. */
const together = 16;

const organizations = organizationStream('');

export function createProjection(parts: ProjectionParts) {
  const { events, views, projector, now, streamsSince, onTrouble, onMetrics } = parts;
  const meshes = stateCache<MeshState>({ store: events, views, folding: meshFolding, maxStates: held });
  const accounts = stateCache<AccountState>({ store: events, folding: accountFolding, maxStates: held });
  const members = stateCache<OrganizationState>({ store: events, folding: organizationFolding });
  const system = stateCache<SystemState>({ store: events, folding: systemFolding });

  function load(stream: string): Promise<Loaded<object>> {
    if (stream === systemStream) return system.load(stream);
    if (stream.startsWith(organizations)) return members.load(stream);
    return meshOfStream(stream) === undefined ? accounts.load(stream) : lookAtMesh(stream);
  }

  async function lookAtMesh(stream: string): Promise<Loaded<MeshState>> {
    const loaded = await meshes.load(stream);
    await projector.project(stream);
    await indexCertificates(views, loaded.state);
    return loaded;
  }

  /** Whether the stream goes on; rejects when nothing could be found out. */
  async function look(stream: string): Promise<boolean> {
    const { stopped } = await load(stream);
    if (stopped === undefined) return true;
    onTrouble(`the stream ${stream} stops before version ${stopped.version}`, stopped.reason);
    await views.put(stoppedView, { key: stream, value: stopped });
    return false;
  }

  async function lookAtAll(streams: Iterable<string>): Promise<{ stopped: Set<string>; failed: Set<string> }> {
    const stopped = new Set<string>();
    const failed = new Set<string>();
    const left = Iterator.from(streams);
    const lookOn = async () => {
      for (const stream of left) {
        try {
          if (!(await look(stream))) stopped.add(stream);
        } catch (error) {
          onTrouble(`the projection of ${stream}`, error);
          failed.add(stream);
        }
      }
    };
    await Promise.all(Array.from({ length: together }, lookOn));
    return { stopped, failed };
  }

  async function hints({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const streams = new Set(Records.map(streamOf));
    const { stopped, failed } = await lookAtAll(streams);
    const oldest = Math.min(...Records.map(({ dynamodb }) => (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000));
    onMetrics({ lag: Math.max(0, now() - oldest), stopped: stopped.size, failed: failed.size });
    // From the first of these on, the batch comes again; what went well is looked at for nothing.
    const again = Records.filter((record) => failed.has(streamOf(record)));
    return {
      batchItemFailures: again.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' })),
    };
  }

  async function sweep(): Promise<DynamoDBBatchResponse> {
    const known = (await views.list(stoppedView)).map(({ key }) => key);
    const { stopped, failed } = await lookAtAll(new Set([...known, ...(await streamsSince(now() - sweepsBack))]));
    for (const stream of known) {
      if (!stopped.has(stream) && !failed.has(stream)) await views.delete(stoppedView, stream);
    }
    onMetrics({ stopped: stopped.size, failed: failed.size });
    return { batchItemFailures: [] };
  }

  return (event: DynamoDBStreamEvent | Sweep): Promise<DynamoDBBatchResponse> =>
    'sweep' in event ? sweep() : hints(event);
}

const streamOf = ({ dynamodb }: DynamoDBStreamEvent['Records'][number]): string => dynamodb?.Keys?.stream?.S ?? '';
