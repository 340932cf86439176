// What changed between two documents, member by member, for people to read. Items of lists are told apart by what names
// them (a target by its node, a listener by its port), which no general library knows: a target that moved is no change
// of its weight.

/** One member that differs; without `before` it was added, without `after` it was removed. Values are JSON. */
export interface Difference {
  /** `spec.action.weightedTargets[virtualNode=blue].weight`; items that nothing names by their place: `[0]`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The differences of two JSON documents in the order of the newer one's members, what was removed after them. */
export function differences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, after }];
  if (after === undefined) return [{ path, before }];
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, path);
  if (isRecord(before) && isRecord(after)) {
    const below = (member: string) => (path === '' ? member : `${path}.${member}`);
    return merged(Object.keys(before), Object.keys(after)).flatMap((member) =>
      differences(own(before, member), own(after, member), below(member)),
    );
  }
  return before === after ? [] : [{ path, before, after }];
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (record: Json, member: string): unknown => (Object.hasOwn(record, member) ? record[member] : undefined);

const merged = (before: Iterable<string>, after: Iterable<string>): readonly string[] => [
  ...new Set([...after, ...before]),
];

function ofLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly Difference[] {
  const [old, young] = [named(before), named(after)];
  if (old === undefined || young === undefined) return byPlace(before, after, path);
  const items = merged(old.keys(), young.keys()).flatMap((name) =>
    differences(old.get(name), young.get(name), `${path}[${name}]`),
  );
  const order = {
    before: [...old.keys()].filter((name) => young.has(name)),
    after: [...young.keys()].filter((name) => old.has(name)),
  };
  const moved = order.before.some((name, index) => name !== order.after[index]);
  return moved ? [...items, { path: `${path} (order)`, ...order }] : items;
}

function byPlace(before: readonly unknown[], after: readonly unknown[], path: string): readonly Difference[] {
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, place) => differences(before[place], after[place], `${path}[${place}]`)).flat();
}

/** A list's items by their names; undefined unless each has one of its own. */
function named(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const byName = new Map<string, unknown>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) byName.set(name, item);
  }
  return byName.size === items.length ? byName : undefined;
}

// The members that name an item in App Mesh's lists: targets, backends, listeners, header and metadata matches, query
// parameters, tags, attributes, formats of logs. In texts and numbers (alternative names, events, ports) the item itself.
function nameOf(item: unknown): string | undefined {
  if (!isRecord(item)) return typeof item === 'string' || typeof item === 'number' ? String(item) : undefined;
  const { virtualNode, port, virtualService, portMapping, name, key, share } = item;
  if (typeof virtualNode === 'string') {
    return port === undefined ? `virtualNode=${virtualNode}` : `virtualNode=${virtualNode},port=${port}`;
  }
  if (isRecord(virtualService)) return `virtualServiceName=${virtualService.virtualServiceName}`;
  if (isRecord(portMapping)) return `port=${portMapping.port}`;
  const naming = Object.entries({ name, key, share }).find(([, value]) => typeof value === 'string');
  return naming && `${naming[0]}=${naming[1]}`;
}
