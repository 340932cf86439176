// A store that is watched: when it fails somebody is told, and again when it is well. What the process reads and writes
// anyway shows how it is; only a store that could not be read is asked again, since a quiet process reads nothing.
import { systemStream } from '#events/names.ts';
import { isStoreFailure } from '#events/store-failure.ts';
import { type Around, eventsThrough, type Stores, viewsThrough } from './through.ts';

/** Between two looks at a store that could not be read, in milliseconds. */
const lookEvery = 1_000;

type Kind = 'read' | 'written' | 'followed';

/** `tell` is called when what is wrong changes, with `undefined` when nothing is any more. */
export function watched({ events, views }: Stores, tell: (trouble: string | undefined) => void): Stores {
  // Each kind heals by itself: a full disk can be read well.
  const failing = new Map<Kind, string>();
  let told: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  function note(kind: Kind, trouble: string | undefined): void {
    if (trouble === undefined) failing.delete(kind);
    else failing.set(kind, `it cannot be ${kind}: ${trouble}`);
    const now = failing.size === 0 ? undefined : [...failing.values()].join('; ');
    if (now === told) return;
    told = now;
    tell(now);
  }

  function lookAgain(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      // Its failure is noted as any other; anything else (the store was closed) ends the looking.
      around('read', () => events.read(systemStream, 1, 1)).catch(() => {});
    }, lookEvery).unref();
  }

  const around: Around = async (kind, call) => {
    const done = kind === 'read' ? 'read' : 'written';
    try {
      const result = await call();
      // A full disk takes what writes nothing.
      if (kind !== 'settle' && !lost(result)) note(done, undefined);
      return result;
    } catch (error) {
      if (isStoreFailure(error)) {
        note(done, error.message);
        if (kind === 'read') lookAgain();
      }
      throw error;
    }
  };

  return {
    events: {
      ...eventsThrough(events, around),
      follow: (changed, trouble = () => {}) =>
        events.follow(changed, (failure) => {
          note('followed', failure?.message);
          trouble(failure);
        }),
    },
    views: viewsThrough(views, around),
  };
}

/** A lost append has written nothing. */
const lost = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
