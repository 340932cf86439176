// The plainest state there is: the texts of a stream's sample commits, in order. A text `unreadable` or `throws` stands
// for a commit that this release cannot fold.
import type { Commit } from '#events/event.ts';
import type { Folding, Unreadable } from '#store/fold.ts';

export interface Texts {
  readonly version: number;
  readonly commitId?: string;
  readonly texts: readonly string[];
}

export function textOf({ events: [event] }: Commit): string {
  return event?.type === 'TagsChanged' ? (event.tags[0]?.value ?? '') : '';
}

export const textFolding: Folding<Texts> = {
  initial: () => ({ version: 0, texts: [] }),
  evolve(state, commit): Texts | Unreadable {
    const text = textOf(commit);
    if (text === 'unreadable') return { unreadable: 'written by a newer release' };
    if (text === 'throws') throw new Error('no such resource');
    return { version: commit.version, commitId: commit.id, texts: [...state.texts, text] };
  },
  versionOf: (state) => state.version,
  commitIdOf: (state) => state.commitId,
  snapshot: {
    schema: 1,
    toJson: (state) => state,
    fromJson(_stream, json) {
      if (typeof json !== 'object' || json === null || !('texts' in json)) throw new Error('no texts');
      return json as Texts;
    },
  },
};
