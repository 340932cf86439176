// Whether an entry that is there was made of a later place of its stream than one that is to be put.
import type { PlacedEntry, ViewEntry } from '#events/store.ts';

export const isLater = (there: ViewEntry | undefined, entry: PlacedEntry): boolean =>
  ((there?.value as Partial<PlacedEntry['value']> | undefined)?.sequence ?? 0) > entry.value.sequence;
