// Variables that look like Heddle's and are none: a misspelled name would leave its default in force without a word.
// Others that begin with HEDDLE_ are left alone: Kubernetes makes such for a service named heddle (HEDDLE_SERVICE_HOST).

/** Whole families of which every name is known. */
const families = ['HEDDLE_QUOTA_', 'HEDDLE_THROTTLE_'];
/** Of the command line, the tests and later releases. */
const elsewhere = ['HEDDLE_ENDPOINT', 'HEDDLE_XDS_ENDPOINT', 'HEDDLE_ENVOY', 'HEDDLE_SNAPSHOT_BUCKET'];
/** Letters that may be wrong, missing or too many in a misspelling. */
const slips = 2;

/** A line for each variable that is set and must be a mistake. */
export function unknownVariables(names: readonly string[], known: readonly string[]): readonly string[] {
  const good = new Set([...known, ...elsewhere]);
  return names
    .filter((name) => name.startsWith('HEDDLE_') && !good.has(name))
    .toSorted()
    .flatMap((name) => {
      const meant = nearest(name, known);
      if (meant !== undefined) return [`${name}: there is no such variable; is ${meant} meant?`];
      const family = families.find((one) => name.startsWith(one));
      if (family === undefined) return [];
      const members = known.filter((one) => one.startsWith(family));
      return [`${name}: there is no such variable; there are ${members.join(', ')}`];
    });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const longer = known.find((one) => name.startsWith(one) && /^[A-Z]+$/.test(name.slice(one.length)));
  if (longer !== undefined) return longer;
  const [best] = known.map((one) => ({ one, away: distance(name, one) })).sort((a, b) => a.away - b.away);
  return best !== undefined && best.away <= slips ? best.one : undefined;
}

/** Levenshtein's: the fewest letters to change, add or leave out. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...right].entries()) {
      const changed = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
