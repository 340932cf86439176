// One entry of a history: a change of one resource, read off the mesh before and after it.
import { type Difference, differences } from '#events/difference.ts';
import type { Commit, MeshEvent } from '#events/event.ts';
import { type Key, type Kind, keyOf } from '#events/names.ts';
import { mayReadTags } from '#events/sharing.ts';
import { arnIn, type MeshState, type Resource } from '#events/state.ts';

export interface HistoryEntry {
  /** The place in the mesh's stream. */
  readonly sequence: number;
  /** Seconds since the epoch. */
  readonly time: number;
  /** The ARN of who did it. */
  readonly actor: string;
  /** The client's name for itself; null where it gave none. */
  readonly client: string | null;
  readonly requestId: string;
  readonly kind: Kind;
  /** The ARN of what changed. */
  readonly resource: string;
  readonly change: 'created' | 'updated' | 'deleted' | 'tagged' | 'shared' | 'rotated' | 'failing';
  /** The resource's version after the change. */
  readonly version: number;
  /** The sequence whose spec a rollback brought back; null where it was none. */
  readonly restored: number | null;
  readonly diff: readonly Difference[];
}

const changes = {
  ResourceCreated: 'created',
  ResourceUpdated: 'updated',
  ResourceDeleted: 'deleted',
  TagsChanged: 'tagged',
  MeshAccessChanged: 'shared',
  CertificateRotated: 'rotated',
  CertificateFailing: 'failing',
} as const;

/** The key of the resource that an event is about; the stream of a mesh has no other events. */
export const keyOfEvent = (event: MeshEvent): Key => ('ref' in event ? keyOf(event.ref) : 'mesh');

/** A mesh before and after a commit. */
export interface Step {
  readonly before: MeshState;
  readonly after: MeshState;
}

/** The resource that an event is about, as it was after the commit; a deleted one as it was before. */
export function subjectOf(event: MeshEvent, { before, after }: Step): Resource {
  const key = keyOfEvent(event);
  const subject = after.resources.get(key) ?? before.resources.get(key);
  if (subject === undefined) throw new Error(`${after.stream} ${after.sequence} is about ${key}, which never was`);
  return subject;
}

/** For whom an entry is written. */
export interface HistoryReader {
  readonly accountId: string;
  readonly region: string;
}

/**
 * The entry of an event of a commit that led from one state to the other; undefined when it is not for the reader: who
 * else may use the mesh is its owner's to know, and tags are for those who may read them.
 */
export function entryOf(
  event: MeshEvent,
  commit: Commit,
  step: Step,
  { accountId, region }: HistoryReader,
): HistoryEntry | undefined {
  const key = keyOfEvent(event);
  const subject = subjectOf(event, step);
  const { before, after } = step;
  const [old, young] = [before.resources.get(key), after.resources.get(key)];
  const untagged = mayReadTags(after, accountId, subject) !== undefined;
  if (event.type === 'MeshAccessChanged' && after.owner !== accountId) return undefined;
  if (event.type === 'TagsChanged' && untagged) return undefined;
  const { version: sequence, time, actor, client, requestId, restored } = commit;
  return {
    sequence,
    time: time / 1000,
    actor: actor.arn,
    client: client ?? null,
    requestId,
    kind: subject.kind,
    resource: arnIn(after, region, subject),
    change: changes[event.type],
    version: event.type === 'ResourceDeleted' ? event.version : subject.version,
    restored: restored ?? null,
    diff: [
      ...differences(old?.spec, young?.spec, 'spec'),
      ...(untagged ? [] : differences(old?.tags ?? [], young?.tags ?? [], 'tags')),
      ...(event.type === 'MeshAccessChanged' ? differences(before.shares, after.shares, 'shares') : []),
      ...('arn' in event
        ? differences(
            before.certificates.get(event.arn),
            after.certificates.get(event.arn),
            `certificates[${event.arn}]`,
          )
        : []),
    ],
  };
}
