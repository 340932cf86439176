// Snapshots, embedded: whatever mesh this process writes to is followed from then on, and the projector told of each
// change, as the table's stream tells the function on AWS.
import { meshOfStream } from '#events/names.ts';
import type { EventStore } from '#events/store.ts';
import type { Projector } from '#functions/projector/project.ts';

export interface Projection {
  /** The log, for those who write to it. */
  readonly events: EventStore;
  /** Ends it; resolves when nothing is on its way. */
  close(): Promise<void>;
}

/** `onTrouble` is told of which mesh no snapshot could be made, and why. */
export function projecting(
  events: EventStore,
  { project }: Projector,
  onTrouble: (stream: string, error: unknown) => void,
): Projection {
  const running = new Set<Promise<void>>();
  let closed = false;
  const follower = events.follow((stream) => {
    const work = project(stream)
      .catch((error: unknown) => onTrouble(stream, error))
      .finally(() => running.delete(work));
    running.add(work);
  });
  return {
    events: {
      ...events,
      append(commits, ...more) {
        const meshes = commits.filter(({ stream }) => meshOfStream(stream) !== undefined);
        if (!closed) for (const { stream } of meshes) follower.add(stream);
        return events.append(commits, ...more);
      },
    },
    async close() {
      closed = true;
      follower.close();
      await Promise.all(running);
    },
  };
}
