// Who changed what: the log of a mesh as an audit, a page at a time, the newest first.
import type { Commit, MeshEvent } from '#events/event.ts';
import { evolveMesh } from '#events/evolve.ts';
import { type Key, keyOf } from '#events/names.ts';
import type { MeshState, Resource } from '#events/state.ts';
import type { FoundPlace } from '../resource.ts';
import { entryOf, type HistoryEntry, type HistoryReader, keyOfEvent, subjectOf } from './history-entry.ts';
import type { Past } from './past.ts';

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** What the entries are about, each as it was right after (a deleted one right before). */
  readonly resources: readonly Resource[];
  /** The sequence that the next page is before; undefined when there is none. */
  readonly next?: number;
}

export interface HistoryRange {
  /** The first sequence that the caller may see. */
  readonly from: number;
  /** Only what is before this sequence. */
  readonly before: number;
  /** The most commits; the entries of one commit are never parted. */
  readonly limit: number;
}

/** A commit with those of its events that are asked for. */
type Part = Commit & { readonly events: readonly MeshEvent[] };

/** Commits read at once while looking for those of one resource. */
const stretch = 500;

/** A page of the history of a place: of a mesh everything in it, of another resource all lives of its name. */
export async function historyOf(
  past: Past,
  { mesh, ref }: Pick<FoundPlace, 'mesh' | 'ref'>,
  reader: HistoryReader,
  range: HistoryRange,
): Promise<HistoryPage> {
  const wanted = ref.kind === 'mesh' ? undefined : keyOf(ref);
  // One more than asked for tells whether there is another page.
  const found = await newest(past, mesh, wanted, { ...range, limit: range.limit + 1 });
  const shown = found.slice(-range.limit);
  const [first] = shown;
  if (first === undefined) return { entries: [], resources: [] };
  let before = await past.stateAt(mesh, first.version - 1);
  const entries: HistoryEntry[] = [];
  const resources: Resource[] = [];
  for (const part of shown) {
    // What is not asked for was left out of the commits: the state is right in what is asked for.
    const after = evolveMesh(before, part);
    for (const event of part.events) {
      const resource = subjectOf(event, { before, after });
      const entry = entryOf(event, part, { before, after }, reader);
      if (entry === undefined) continue;
      entries.unshift(entry);
      resources.push(resource);
    }
    before = after;
  }
  const page = { entries, resources };
  return found.length > shown.length ? { ...page, next: first.version } : page;
}

/** The newest commits of a range that are about a key (undefined: about anything), oldest first. */
async function newest(
  past: Past,
  { stream, sequence }: MeshState,
  wanted: Key | undefined,
  { from, before, limit }: HistoryRange,
): Promise<readonly Part[]> {
  const step = wanted === undefined ? limit : stretch;
  const found: Part[] = [];
  for (let end = Math.min(before - 1, sequence); end >= from && found.length < limit; end -= step) {
    const page = await past.commits(stream, Math.max(from, end - step + 1), end);
    const parts = page.map((commit) => partOf(commit, wanted)).filter((part) => part.events.length > 0);
    found.unshift(...parts);
  }
  return found.slice(-limit);
}

function partOf(commit: Commit, wanted: Key | undefined): Part {
  // Whatever else there is, the fold refuses it as no event of a mesh.
  const events = commit.events as readonly MeshEvent[];
  return {
    ...commit,
    events: wanted === undefined ? events : events.filter((event) => keyOfEvent(event) === wanted),
  };
}
