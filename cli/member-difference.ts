// How two JSON values differ, member by member, in lines that people can read.

/** Lines such as `clusters[1].weight: 10 → 50`; `+` what came, `-` what went. */
export function differenceLines(before: unknown, after: unknown, path = ''): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) return listLines(before, after, path);
  if (isObject(before) && isObject(after)) {
    const members = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return members.flatMap((member) => {
      return differenceLines(before[member], after[member], path === '' ? member : `${path}.${member}`);
    });
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [`+ ${path}: ${shown(after)}`];
  if (after === undefined) return [`- ${path}: ${shown(before)}`];
  return [`${path}: ${shown(before)} → ${shown(after)}`];
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Items are told apart by their names where all have one, else by their equal beginning and end. */
function listLines(before: readonly unknown[], after: readonly unknown[], path: string): readonly string[] {
  const [left, right] = [byName(before), byName(after)];
  if (left !== undefined && right !== undefined) {
    const names = [...new Set([...left.keys(), ...right.keys()])];
    const lines = names.flatMap((name) => differenceLines(left.get(name), right.get(name), `${path}[${name}]`));
    const moved = lines.length === 0 && JSON.stringify(before) !== JSON.stringify(after);
    return moved ? [`${path}: in another order`] : lines;
  }
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  let start = 0;
  while (start < before.length && start < after.length && same(before[start], after[start])) start += 1;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const [old, planned] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const length = Math.max(old.length, planned.length);
  return Array.from({ length }, (_, at) => differenceLines(old[at], planned[at], `${path}[${start + at}]`)).flat();
}

function byName(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const item of items) {
    const name = isObject(item) ? item.name : undefined;
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}

const longest = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
