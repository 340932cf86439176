// Whatever happens, a client ends up with what it should have, and on the way no route ever names a cluster that it lacks
// or has yet to make ready.
// The client is a small Envoy: it subscribes as Envoy does, reads slowly, refuses bad routes whole, and comes back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDelta } from './delta.ts';
import { createView, type Heard, readDelta, readSotw, resource, snapshotOf } from './fixture.ts';
import { createFrames } from './frames.ts';
import { unprefixed } from './message-prefix.ts';
import { forEachType, pushOrder, typeUrls } from './order.ts';
import { createPusher, type Pusher } from './pusher.ts';
import type { ResourceType, Snapshot } from './snapshot.ts';
import { createSotw } from './sotw.ts';
import type { Mode } from './status.ts';

const linger = 5_000;

/** What a route's content says: `NAME=VERSION|CLUSTERS|bad?`. */
const clustersOf = (route: string) => (route.split('|')[1] ?? '').split(',').filter((name) => name !== '');
const isBad = (content: string) => content.endsWith('|bad');

interface World {
  readonly clusters: readonly (readonly [name: string, version: number])[];
  readonly routes: readonly {
    readonly name: string;
    readonly version: number;
    readonly to: number;
    readonly bad: boolean;
  }[];
}

const worlds: fc.Arbitrary<World> = fc.record({
  clusters: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 2 })), {
    selector: ([name]) => name,
  }),
  routes: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('r', 's', 't'),
      version: fc.integer({ min: 1, max: 2 }),
      to: fc.nat(3),
      bad: fc.integer({ max: 4, min: 0 }).map((chance) => chance === 0),
    }),
    { selector: ({ name }) => name },
  ),
});

function snapshotFrom(world: World, sequence: number): Snapshot {
  const route = world.routes.map(({ name, version, to, bad }) => {
    const target = world.clusters[to]?.[0] ?? '';
    return [name, `${name}=${version}|${target}|${bad ? 'bad' : ''}`] as const;
  });
  return snapshotOf(sequence, {
    cluster: Object.fromEntries(world.clusters.map(([name, version]) => [name, `${name}=${version}`])),
    endpoint: Object.fromEntries(world.clusters.map(([name]) => [name, `${name}=here`])),
    listener: route.length > 0 ? { l: `l=${route.map(([name]) => name).join()}` } : {},
    route: Object.fromEntries(route),
  });
}

function smallEnvoy(mode: Mode) {
  const view = createView();
  const frames = createFrames();
  const has = forEachType(() => new Map<string, string>());
  const accepted = new Map<ResourceType, string>();
  /** What it had and dropped since it took anything of the type. */
  const dropped = { endpoint: new Set<string>(), route: new Set<string>() };
  const warming = new Set<string>();
  /** Clusters that have served: they go on while a change of them is made ready. */
  const ready = new Set<string>();
  /** Answers to clusters that are kept back while any of them is made ready. */
  let unsaid: (() => void)[] = [];
  let queue: { heard: Heard; written: () => void }[] = [];
  let wanted: Record<'endpoint' | 'route', readonly string[]> = { endpoint: [], route: [] };
  let now = 0;
  let pusher: Pusher | undefined;
  let unsubscribe = () => {};
  let send: (type: ResourceType, request: object) => void = () => {};
  const settled: number[] = [];

  function connect(): void {
    pusher?.close();
    unsubscribe();
    queue = [];
    // Cut off between a cluster and its endpoints, Envoy says the versions that it has: it then goes on by itself after 15 s.
    for (const name of warming) ready.add(name);
    warming.clear();
    unsaid = [];
    const write = (read: (bytes: Buffer) => Heard) => (bytes: Buffer, written: () => void) =>
      void queue.push({ heard: read(unprefixed(bytes)), written });
    const happened = (event: { kind: string; sequence?: number }) => {
      if (event.kind === 'settled' && event.sequence !== undefined) settled.push(event.sequence);
    };
    const failed = (cause: unknown) => {
      throw cause;
    };
    const blank = { responseNonce: '', resourceNames: [], versionInfo: '' };
    const empty = { resourceNamesSubscribe: [], resourceNamesUnsubscribe: [], initialResourceVersions: {} };
    const sotw = createSotw(frames, linger);
    const delta = createDelta(frames, linger);
    const own =
      mode === 'sotw'
        ? createPusher(sotw, view, write(readSotw), happened, () => now, failed)
        : createPusher(delta, view, write(readDelta), happened, () => now, failed);
    pusher = own;
    unsubscribe = view.subscribe(() => own.push());
    send = (type, request) => {
      const full = { ...blank, ...empty, typeUrl: typeUrls[type], ...request };
      if (mode === 'sotw') sotw.receive(full, 0);
      else delta.receive(full, 0);
      own.push();
    };
    for (const type of pushOrder) {
      if (type === 'secret') continue;
      const names = type === 'endpoint' || type === 'route' ? wanted[type] : [];
      if (names.length === 0 && (type === 'endpoint' || type === 'route')) continue;
      const versions = [...has[type]].map(([name, content]) => [name, resource(type, name, content).version] as const);
      // Envoy would claim to have what it dropped and asked for again in the same moment: nobody could know better.
      const wrong = (type === 'endpoint' || type === 'route') && names.some((name) => dropped[type].has(name));
      send(type, {
        resourceNames: names,
        versionInfo: wrong ? '' : (accepted.get(type) ?? ''),
        resourceNamesSubscribe: names,
        initialResourceVersions: Object.fromEntries(versions),
      });
    }
  }

  function want(type: 'endpoint' | 'route', names: readonly string[]): void {
    const before = wanted[type];
    const more = names.filter((name) => !before.includes(name));
    const fewer = before.filter((name) => !names.includes(name));
    if (more.length + fewer.length === 0) return;
    wanted = { ...wanted, [type]: names };
    for (const name of fewer) if (has[type].delete(name)) dropped[type].add(name);
    send(type, { resourceNames: names, resourceNamesSubscribe: more, resourceNamesUnsubscribe: fewer });
  }

  function read(): boolean {
    const next = queue.shift();
    if (next === undefined) return false;
    const { heard } = next;
    const { type } = heard;
    const names = type === 'endpoint' || type === 'route' ? wanted[type] : [];
    const refused = type === 'route' && Object.values(heard.resources).some(isBad);
    if (!refused) {
      apply(heard);
      accepted.set(type, heard.version);
      if (type === 'endpoint' || type === 'route') dropped[type].clear();
    }
    const error = refused ? { errorDetail: { code: 13, message: 'invalid perl operator' } } : {};
    const answer = () => send(type, { responseNonce: heard.nonce, resourceNames: names, ...error });
    if (type === 'cluster') unsaid.push(answer);
    else answer();
    if (warming.size === 0) for (const say of unsaid.splice(0)) say();
    if (type === 'cluster') want('endpoint', [...has.cluster.keys()]);
    if (type === 'listener')
      want(
        'route',
        [...has.listener.values()].flatMap((listener) => (listener.split('=')[1] ?? '').split(',')),
      );
    next.written();
    return true;
  }

  function apply({ type, resources, removed }: Heard): void {
    const mine = has[type];
    if (mode === 'sotw' && (type === 'cluster' || type === 'listener')) {
      for (const name of [...mine.keys()]) if (!(name in resources)) mine.delete(name);
    }
    for (const name of removed) mine.delete(name);
    for (const [name, content] of Object.entries(resources)) {
      if (type === 'cluster' && mine.get(name) !== content) warming.add(name);
      if (type === 'endpoint') warming.delete(name);
      mine.set(name, content);
    }
    for (const name of warming) if (!has.cluster.has(name)) warming.delete(name);
    for (const name of has.cluster.keys()) if (!warming.has(name)) ready.add(name);
    for (const name of ready) if (!has.cluster.has(name)) ready.delete(name);
  }

  /** Clusters that a route in use names and that are not there, or not ready. */
  const holes = () => [...has.route.values()].flatMap(clustersOf).filter((name) => !ready.has(name));

  function finish(): void {
    for (let round = 0; round < 3; round += 1) {
      let count = 0;
      while (read()) {
        count += 1;
        if (count > 1_000) throw new Error('there is no end to it');
      }
      now += linger;
      pusher?.push();
    }
  }

  return {
    view,
    has,
    warming,
    settled,
    connect,
    read,
    holes,
    finish,
    wait: (milliseconds: number) => {
      now += milliseconds;
      pusher?.push();
    },
  };
}

type Step = World | 'read' | 'wait' | 'reconnect';
const steps = (more: readonly Step[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: worlds },
      { weight: 7, arbitrary: fc.constant<Step>('read') },
      { weight: 3, arbitrary: fc.constantFrom<Step>('wait', ...more) },
    ),
    {
      maxLength: 60,
      // Long stories: an Envoy has much to read before a change can harm it.
      size: 'max',
    },
  );

function live(mode: Mode, all: readonly Step[], last: World, eachTime: (envoy: ReturnType<typeof smallEnvoy>) => void) {
  const envoy = smallEnvoy(mode);
  envoy.connect();
  let sequence = 0;
  for (const step of all) {
    if (step === 'read') envoy.read();
    else if (step === 'wait') envoy.wait(2_000);
    else if (step === 'reconnect') envoy.connect();
    else {
      sequence += 1;
      envoy.view.show(snapshotFrom(step, sequence));
    }
    eachTime(envoy);
  }
  envoy.view.show(snapshotFrom(last, sequence + 1));
  envoy.finish();
  return { envoy, sequence: sequence + 1 };
}

/** All that it should have; a refused route stays as it was, so only the good ones are compared, and clusters stay for it. */
function expectCaughtUp({ envoy, sequence }: ReturnType<typeof live>, last: World): void {
  const should = snapshotFrom(last, 0).resources;
  const someBad = last.routes.some(({ bad }) => bad);
  const want = snapshotFrom({ ...last, routes: last.routes.filter(({ bad }) => !bad) }, 0).resources.route;
  const mine = (type: ResourceType) =>
    new Map([...envoy.has[type]].map(([name, content]) => [name, resource(type, name, content).version]));
  const theirs = (type: ResourceType) =>
    new Map([...should[type].values()].map(({ name, version }) => [name, version]));
  expect(mine('listener')).toEqual(theirs('listener'));
  if (someBad) expect([...mine('cluster')]).toEqual(expect.arrayContaining([...theirs('cluster')]));
  else expect(mine('cluster')).toEqual(theirs('cluster'));
  for (const [name, { version }] of want) expect(mine('route').get(name)).toBe(version);
  expect([...envoy.warming].filter((name) => should.cluster.has(name))).toEqual([]);
  expect(envoy.settled.at(-1) === sequence).toBe(!someBad);
}

test.each(['delta', 'sotw'] as const)('%s: it catches up, and never lacks a cluster that a route names', (mode) => {
  fc.assert(
    fc.property(steps(mode === 'delta' ? ['reconnect'] : []), worlds, (all, last) => {
      const lived = live(mode, all, last, (envoy) => expect(envoy.holes()).toEqual([]));
      expectCaughtUp(lived, last);
    }),
    { numRuns: 300 },
  );
});

test('sotw: it catches up after reconnects too', () => {
  fc.assert(
    fc.property(steps(['reconnect']), worlds, (all, last) =>
      expectCaughtUp(
        live('sotw', all, last, () => {}),
        last,
      ),
    ),
    { numRuns: 300 },
  );
});
