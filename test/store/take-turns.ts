// A writer among others: appends to a stream until it has won so many times, reading the newest version before each try.
import { randomUUID } from 'node:crypto';
import type { EventStore } from '#events/store.ts';
import { sampleCommit } from './sample-commit.ts';

/** The ids of the commits that this writer won with, by version. */
export async function takeTurns(store: EventStore, stream: string, wins: number): Promise<ReadonlyMap<number, string>> {
  const won = new Map<number, string>();
  let newest = 0;
  while (won.size < wins) {
    const id = randomUUID();
    const result = await store.append([sampleCommit(stream, newest + 1, { id })]);
    if (result.ok) won.set(newest + 1, id);
    newest = result.ok ? newest + 1 : result.lost.current;
    await Promise.resolve();
  }
  return won;
}
