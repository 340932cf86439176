// Old and new releases side by side: every commit carries the schema that it was written in. Older ones are brought up
// to today's when they are read, here and nowhere else; newer ones stop the reader, who keeps what it has.
import type { Commit } from './event.ts';

/** The newest schema that this release reads and could write. */
export const newestSchema = 1;

/** `upcasters[n]` turns a commit of schema n into one of schema n + 1. */
const upcasters: Readonly<Record<number, (commit: Commit) => Commit>> = {};

/** The schema to write in: what the installation's `writeSchema` names, as far as this release knows it. */
export const writableSchema = (writeSchema: number): number => Math.min(writeSchema, newestSchema);

/** A commit that this release cannot read: it was written by a newer one. */
export interface NewerSchema {
  readonly newer: number;
}

/** The commit in today's schema. */
export function upcast(
  commit: Commit,
  steps: Readonly<Record<number, (commit: Commit) => Commit>> = upcasters,
  newest = newestSchema,
): Commit | NewerSchema {
  if (commit.schema > newest) return { newer: commit.schema };
  let current = commit;
  while (current.schema < newest) {
    const step = steps[current.schema];
    if (step === undefined) throw new Error(`no upcaster from schema ${current.schema}`);
    current = { ...step(current), schema: current.schema + 1 };
  }
  return current;
}
