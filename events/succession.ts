// How one certificate follows another under the same name. Whoever checks the new one hears of its root first: until then
// the one before is shown, and the root of that one is trusted until nothing under it can hold any more. So a change of
// authority fails no handshake, although no two proxies hear of it at one moment.

/** What is shown and what it is trusted by: a certificate with its key, or an authority. PEM; ms since the epoch. */
export interface Rooted {
  readonly root: string;
  readonly notAfter: number;
}

interface FormerRoot {
  readonly root: string;
  readonly until: number;
}

/** The newest, the one shown in its place for a while, and the roots that are trusted beside its own. */
export type Succession<R extends Rooted> = {
  readonly newest: R;
  readonly shown?: { readonly before: R; readonly until: number };
  readonly former: readonly FormerRoot[];
};

/** `overlap`: how long, in milliseconds, others may take to hear of a root. */
export function succession<R extends Rooted>(
  newest: R,
  last: Succession<R> | undefined,
  now: number,
  overlap: number,
): Succession<R> {
  if (last === undefined) return { newest, former: [] };
  const roots = [{ root: last.newest.root, until: last.newest.notAfter }, ...last.former];
  const isFirst = (root: string, index: number) => roots.findIndex((other) => other.root === root) === index;
  const former = roots.filter(({ root, until }, index) => until > now && root !== newest.root && isFirst(root, index));
  if (roots.some(({ root }) => root === newest.root))
    return { newest, ...(last.shown && { shown: last.shown }), former };
  const before = shownOf(last, now);
  const until = Math.min(now + overlap, before.notAfter);
  return { newest, ...(until > now && { shown: { before, until } }), former };
}

/** What is shown now. */
export function shownOf<R extends Rooted>({ newest, shown }: Succession<R>, now: number): R {
  return shown !== undefined && shown.until > now ? shown.before : newest;
}

/** All that are trusted now, one PEM. */
export function trustedOf({ newest, former }: Succession<Rooted>, now: number): string {
  return [newest.root, ...former.flatMap(({ root, until }) => (until > now ? [root] : []))].join('');
}

/** When the next of this changes by itself, if it does. */
export function nextChange({ shown, former }: Succession<Rooted>, now: number): number | undefined {
  const times = [shown?.until ?? 0, ...former.map(({ until }) => until)].filter((time) => time > now);
  return times.length === 0 ? undefined : Math.min(...times);
}
