// Snapshots and indexes, embedded: whatever mesh this process writes to is followed from then on, and the projector told of
// each change, as the table's stream tells the function on AWS.
import { setImmediate as turnEnd } from 'node:timers/promises';
import { meshOfStream } from '#events/names.ts';
import { isRefusal } from '#events/refusal.ts';
import type { EventStore } from '#events/store.ts';
import type { Ledger } from '#functions/ledger.ts';
import { indexCertificates } from '#functions/projector/certificate-index.ts';
import { createProjector } from '#functions/projector/project.ts';
import type { Stores } from '#store/through.ts';

export interface Projection {
  /** The log, for those who write to it. */
  readonly events: EventStore;
  /** Looks at each mesh that there is: at what a process that was killed, or an earlier release, has left undone. */
  catchUp(): Promise<void>;
  /** Ends it; resolves when nothing is on its way. */
  close(): Promise<void>;
}

const isMesh = (stream: string): boolean => meshOfStream(stream) !== undefined;

/** What is done for a mesh that may have moved. Its state is the one that calls are answered from: it is held once. */
export function meshProjector({ events, views }: Stores, state: Ledger['mesh']): (stream: string) => Promise<void> {
  const projector = createProjector({ events, views });
  return async (stream) => {
    const named = meshOfStream(stream);
    const mesh = named && (await state(named.owner, named.meshName));
    await projector.project(stream);
    // A stream that cannot be folded keeps what was noted of it before.
    if (mesh !== undefined && !isRefusal(mesh)) await indexCertificates(views, mesh);
  };
}

/** `onTrouble` is told of which mesh could not be projected, and why. */
export function projecting(
  events: EventStore,
  project: (stream: string) => Promise<void>,
  onTrouble: (stream: string, error: unknown) => void,
): Projection {
  const running = new Set<Promise<void>>();
  let closed = false;

  function projected(stream: string, after?: Promise<void>): Promise<void> {
    const work = Promise.resolve(after)
      .then(() => project(stream))
      .catch((error: unknown) => onTrouble(stream, error))
      .finally(() => running.delete(work));
    running.add(work);
    return work;
  }

  // Whoever appended is answered first.
  const follower = events.follow((stream) => void projected(stream, turnEnd()));
  return {
    events: {
      ...events,
      append(commits, ...more) {
        const meshes = commits.filter(({ stream }) => isMesh(stream));
        if (!closed) for (const { stream } of meshes) follower.add(stream);
        return events.append(commits, ...more);
      },
    },
    async catchUp() {
      try {
        for (const stream of (await events.streams()).filter(isMesh)) if (!closed) await projected(stream);
      } catch (error) {
        onTrouble('the meshes there are', error);
      }
    },
    async close() {
      closed = true;
      follower.close();
      await Promise.all(running);
    },
  };
}
