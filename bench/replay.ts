// How fast a mesh is folded from its log: 100,000 events over 10,000 resources must take less than 5 seconds. The same
// work on maps that are changed in place is the floor beneath it; what lies between is the price of persistence.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Commit } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { keyOf } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { memberList } from '#events/state.ts';
import { history, meshName, owner } from './history.ts';

const size = { resources: 10_000, events: 100_000 };
const most = 5;
const rounds = 3;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The state that the floor keeps: the same maps, indexes and tokens, none of whose versions stays readable. */
interface Mutable {
  readonly resources: Map<string, Resource>;
  readonly members: Map<string, Set<string>>;
  readonly users: Map<string, Set<string>>;
  /** By the hour, as ours: forgetting is dropping whole hours. */
  readonly tokens: Map<number, Map<string, { readonly hash: string; readonly sequence: number }>>;
}

function foldInPlace(commits: readonly Commit[]): Mutable {
  const state: Mutable = { resources: new Map(), members: new Map(), users: new Map(), tokens: new Map() };
  const { resources, members, users, tokens } = state;
  const add = (index: Map<string, Set<string>>, at: string, key: string) => {
    const set = index.get(at);
    if (set === undefined) index.set(at, new Set([key]));
    else set.add(key);
  };
  for (const { events, time, version, actor, clientToken } of commits) {
    for (const event of events) {
      if (event.type !== 'ResourceCreated' && event.type !== 'ResourceUpdated') throw new Error(event.type);
      const key = keyOf(event.ref);
      const before = resources.get(key);
      const first = { ...event.ref, owner, createdAt: time, tags: [] };
      const changed = { ...(before ?? first), uid: event.uid, spec: event.spec, lastUpdatedAt: time };
      const resource = { ...changed, version: event.type === 'ResourceUpdated' ? event.version : 1 } as Resource;
      resources.set(key, resource);
      if (before === undefined) add(members, memberList(resource.kind, resource.parent), key);
      else for (const { to } of referencesOf(before.kind, before.spec)) users.get(to)?.delete(key);
      for (const { to } of referencesOf(resource.kind, resource.spec)) add(users, to, key);
    }
    if (clientToken === undefined) continue;
    const name = `${actor.accountId}/${clientToken.operation}/${clientToken.token}`;
    const hour = Math.floor(time / 3_600_000);
    const bucket = tokens.get(hour) ?? new Map();
    tokens.set(hour, bucket.set(name, { hash: clientToken.hash, sequence: version }));
    if (bucket.size === 1) for (const old of tokens.keys()) if (old < hour - 24) tokens.delete(old);
  }
  return state;
}

const fold = (commits: readonly Commit[]): MeshState => commits.reduce(evolveMesh, emptyMesh(owner, meshName));

interface Measured<S> {
  readonly seconds: number;
  readonly state: S;
  readonly megabytes: number;
}

/** One run: seconds of the fold alone, and the memory that the state holds once its log is gone. */
function measure<S>(run: (commits: readonly Commit[]) => S): Measured<S> {
  const before = heldMegabytes();
  let commits: readonly Commit[] | undefined = history(size);
  collectGarbage();
  const started = performance.now();
  const state = run(commits);
  const seconds = (performance.now() - started) / 1000;
  commits = undefined;
  return { seconds, state, megabytes: heldMegabytes() - before };
}

const median = <S>(runs: readonly Measured<S>[]): Measured<S> => {
  const middle = [...runs].sort((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)];
  if (middle === undefined) throw new Error('no runs');
  return middle;
};

function line(name: string, { seconds, megabytes }: Measured<unknown>): string {
  const rate = Math.round(size.events / seconds).toLocaleString('en');
  return `${name.padEnd(22)} ${seconds.toFixed(3).padStart(7)} s  ${rate.padStart(9)} events/s  ${megabytes.toFixed(1).padStart(6)} MB`;
}

// In turns, so that a busy moment of the machine meets both.
const persistent: Measured<MeshState>[] = [];
const inPlace: Measured<Mutable>[] = [];
for (let round = 0; round < rounds; round += 1) {
  persistent.push(measure(fold));
  inPlace.push(measure(foldInPlace));
}
const ours = median(persistent);
const floor = median(inPlace);

for (const [key, resource] of floor.state.resources) {
  if (ours.state.resources.get(key)?.version !== resource.version) throw new Error(`the folds differ at ${key}`);
}

const { events, resources } = size;
console.log(
  `${events.toLocaleString('en')} events over ${resources.toLocaleString('en')} resources, median of ${rounds}`,
);
console.log(line('evolve', ours));
console.log(line('Map, changed in place', floor));
console.log(
  `ratio ${(ours.seconds / floor.seconds).toFixed(1)} in time, ${(ours.megabytes / floor.megabytes).toFixed(1)} in memory`,
);
if (ours.seconds >= most) {
  console.error(`too slow: it must take less than ${most} s`);
  process.exitCode = 1;
}
