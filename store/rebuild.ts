// Makes the snapshots of a stream from its log again, as if there had never been any: after a table was restored, or when
// what lies in the views is not to be trusted.
import { setImmediate as breathe } from 'node:timers/promises';
import { type Folding, fold } from './fold.ts';
import { stretch } from './snapshot.ts';
import type { Stores } from './through.ts';

export interface Rebuilt {
  readonly stream: string;
  /** How far it was folded. */
  readonly sequence: number;
  /** The sequences of the snapshots that there are now. */
  readonly snapshots: readonly number[];
  /** The commit that cannot be folded, when that is what ended it. */
  readonly stopped?: { readonly version: number; readonly reason: string };
}

type Snapshots<S extends object> = Folding<S> & Required<Pick<Folding<S>, 'snapshot'>>;

const pageSize = 1_000;

/** One snapshot at the end and one in each stretch that is looked back into. Others may go on writing meanwhile. */
export async function rebuildSnapshots<S extends object>(
  { events, views }: Stores,
  stream: string,
  folding: Snapshots<S>,
): Promise<Rebuilt> {
  const { snapshot } = folding;
  const snapshots: number[] = [];
  let state = folding.initial(stream);
  let stopped: Rebuilt['stopped'];

  async function keep(): Promise<void> {
    const sequence = folding.versionOf(state);
    await views.putSnapshot({ stream, schema: snapshot.schema, sequence, state: snapshot.toJson(state) });
    snapshots.push(sequence);
  }

  // First, so that none that is made meanwhile goes with the old ones; without any the log is read instead.
  await views.dropSnapshots(stream, snapshot.schema, []);
  for (let more = true; more && stopped === undefined; ) {
    const page = await events.read(stream, folding.versionOf(state) + 1, pageSize);
    for (const commit of page) {
      const next = fold(folding, state, commit);
      if ('unreadable' in next) {
        stopped = { version: commit.version, reason: next.unreadable };
        break;
      }
      state = next;
      if (commit.version % stretch === 0) await keep();
    }
    more = page.length === pageSize;
    await breathe();
  }
  const sequence = folding.versionOf(state);
  if (sequence > 0 && snapshots.at(-1) !== sequence) await keep();
  return { stream, sequence, snapshots, ...(stopped && { stopped }) };
}
