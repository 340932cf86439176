// Which version of each name: what a client was told, what it took. The streams of a node mostly hold the very same, so
// what a response makes of a set is worked out once and shared by all who had the same before: a set is never changed.

/** The version of a resource that is not there. */
export const absent = '';

/** Versions by name. */
export type Versions = ReadonlyMap<string, string>;

export const noVersions: Versions = new Map();

const told = new WeakMap<Versions, WeakMap<Versions, Versions>>();
const taken = new WeakMap<Versions, WeakMap<Versions, Versions>>();

/** `before` with all of `items` put into it, those too that are `absent`. */
export function afterTelling(before: Versions, items: Versions): Versions {
  if (before.size === 0) return items;
  return remembered(told, before, items, () => new Map([...before, ...items]));
}

/** `before` with all of `items` put into it, and without those that are `absent`. */
export function afterTaking(before: Versions, items: Versions): Versions {
  if (!removes(items)) return afterTelling(before, items);
  return remembered(taken, before, items, () => {
    const all = new Map([...before, ...items]);
    for (const [name, version] of items) if (version === absent) all.delete(name);
    return all;
  });
}

/** `before` without some names; itself when it has none of them. */
export function without(before: Versions, names: Iterable<string>): Versions {
  const those = [...names].filter((name) => before.has(name));
  if (those.length === 0) return before;
  const rest = new Map(before);
  for (const name of those) rest.delete(name);
  return rest;
}

function removes(items: Versions): boolean {
  for (const version of items.values()) if (version === absent) return true;
  return false;
}

function remembered(
  known: WeakMap<Versions, WeakMap<Versions, Versions>>,
  before: Versions,
  items: Versions,
  make: () => Versions,
): Versions {
  const ofItems = known.get(items) ?? new WeakMap<Versions, Versions>();
  known.set(items, ofItems);
  const result = ofItems.get(before) ?? make();
  ofItems.set(before, result);
  return result;
}

/** The items of a response: what it gives, and what it takes away. */
export function itemsOf(
  resources: Iterable<{ readonly name: string; readonly version: string }>,
  removed: Iterable<string>,
): Versions {
  const items = new Map<string, string>();
  for (const resource of resources) items.set(resource.name, resource.version);
  for (const name of removed) items.set(name, absent);
  return items;
}
