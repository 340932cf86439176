// The newest commit of a stream is read again with every call on it. A long one (who may use a mesh, told in full) is
// taken apart once.
import type { Commit } from '#events/event.ts';
import { recent } from './recent.ts';

const most = 200;
/** Shorter texts are read faster than they are looked up. */
const long = 2_000;

/** Reads the text of a commit; `stream` is the one that it is in. */
export function readingAgain(): (stream: string, text: string) => Commit {
  const known = recent<{ readonly text: string; readonly commit: Commit }>(most);
  return (stream, text) => {
    if (text.length < long) return JSON.parse(text) as Commit;
    const before = known.get(stream);
    if (before?.text === text) return before.commit;
    const commit = JSON.parse(text) as Commit;
    known.set(stream, { text, commit });
    return commit;
  };
}
