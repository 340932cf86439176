// The instances of the services that connected Envoys are told of: one poller a service, however many nodes and streams
// ask for it. What was found once is kept until something else is found, also while the registry does not answer.
import {
  type InstanceQuery,
  type InstanceRegistry,
  type KnownInstances,
  knownFrom,
  queryKey,
  type RegistryService,
  serviceKey,
  serviceText,
} from '#events/instances.ts';
import { reasonOf } from '#events/reason-of.ts';
import { type Demand, paced } from './pace.ts';

export interface InstanceSource {
  /** What is known of a query that is followed; undefined while its first answer is awaited. */
  known(query: InstanceQuery): KnownInstances | undefined;
  /** Looks after a query from now on, until as many `release` as `follow`. */
  follow(query: InstanceQuery): void;
  release(query: InstanceQuery): void;
  close(): void;
}

export type RegistryOperation = 'DiscoverInstancesRevision' | 'DiscoverInstances';

export interface InstanceSourceParts {
  readonly registry: InstanceRegistry;
  /** Told, by `queryKey`, when what is known of a query is something else than before. */
  readonly onChange: (key: string) => void;
  /** The registry of an account does not answer, or does again. */
  readonly onTrouble: (account: string, trouble: string | undefined) => void;
  /** Told of every call of the registry, by the name that Cloud Map has for it. */
  readonly onCall?: (operation: RegistryOperation) => void;
  /** How many tasks like this one ask the registry. */
  readonly tasks?: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Asked {
  readonly query: InstanceQuery;
  count: number;
  known?: KnownInstances;
  /** The revision that `known` is of. */
  revision?: number | undefined;
  askedAt: number;
  /** The registry could not be asked since. */
  stale: boolean;
  /** Some instance had a health when it was last asked. */
  checksHealth: boolean;
}

interface Poller {
  readonly service: RegistryService;
  readonly queries: Map<string, Asked>;
  /** Ends the wait before the next look. */
  timer?: NodeJS.Timeout | undefined;
  looking: boolean;
  /** A hint came: the next look asks for everything. */
  hinted: boolean;
  startedAt: number;
  failures: number;
  /** Why the newest look failed. */
  trouble?: string | undefined;
}

/** Milliseconds. After a change that is told, others that come with it are gathered; of a first answer none is awaited for ever. */
const intervals = { revision: 1_000, health: 5_000, gathering: 50, patience: 5_000, slowest: 10_000 };

export function instanceSource(parts: InstanceSourceParts): InstanceSource {
  const { registry, onChange, onTrouble, onCall = () => {}, tasks = () => 1, now = () => performance.now() } = parts;
  const pollers = new Map<string, Poller>();
  /** What was last told of accounts. */
  const troubles = new Map<string, string>();

  const unwatch = registry.watch?.((service) => {
    const poller = pollers.get(serviceKey(service));
    if (poller === undefined) return;
    poller.hinted = true;
    if (!poller.looking) schedule(poller, Math.max(0, poller.startedAt + intervals.gathering - now()));
  });

  /** What this task would ask an account's registry if every look asked for everything. */
  function demandOn(account: string, count: (poller: Poller) => number): Demand {
    const own = [...pollers.values()].filter(({ service }) => service.account === account);
    return { asked: own.reduce((sum, poller) => sum + count(poller), 0), tasks: tasks() };
  }
  const everyRevision = ({ service }: Poller) =>
    paced(
      intervals.revision,
      registry.quotas?.revisions,
      demandOn(service.account, () => 1),
    );
  const between = (least: number, { service }: Poller) =>
    paced(
      least,
      registry.quotas?.discoveries,
      demandOn(service.account, ({ queries }) => queries.size),
    );

  function schedule(poller: Poller, wait: number): void {
    clearTimeout(poller.timer);
    poller.timer = setTimeout(() => void look(poller), wait).unref();
  }

  const isFollowed = (poller: Poller) => pollers.get(serviceKey(poller.service)) === poller;

  async function look(poller: Poller): Promise<void> {
    poller.looking = true;
    poller.startedAt = now();
    try {
      await refresh(poller);
      poller.failures = 0;
      poller.trouble = undefined;
    } catch (error) {
      poller.failures += 1;
      const reason = reasonOf(error);
      poller.trouble = reason;
      for (const asked of poller.queries.values()) {
        asked.stale = true;
        // A first answer is awaited a while: it is likelier to come than to be needed without.
        if (asked.known === undefined) continue;
        keep(asked, { ...asked.known, trouble: unanswered(asked.query, reason) });
      }
    }
    poller.looking = false;
    tell(poller.service.account);
    if (!isFollowed(poller)) return;
    const slower = Math.min(everyRevision(poller) * 2 ** Math.min(poller.failures, 10), intervals.slowest);
    const wait = poller.hinted ? intervals.gathering : Math.max(slower, everyRevision(poller));
    schedule(poller, Math.max(0, poller.startedAt + wait - now()));
  }

  async function refresh(poller: Poller): Promise<void> {
    const { service, hinted } = poller;
    poller.hinted = false;
    onCall('DiscoverInstancesRevision');
    const answer = await registry.revision(service);
    const revision = typeof answer === 'number' ? answer : undefined;
    if (typeof answer !== 'number') {
      for (const asked of poller.queries.values()) {
        asked.revision = undefined;
        asked.stale = false;
        keep(asked, knownFrom(answer, asked.known));
      }
      return;
    }
    const due = [...poller.queries.values()].filter((asked) => {
      const age = now() - asked.askedAt;
      if (asked.known === undefined || hinted) return true;
      if (asked.revision !== revision || asked.stale) return age >= between(0, poller);
      return asked.checksHealth && age >= between(intervals.health, poller);
    });
    await Promise.all(due.map((asked) => discover(asked, revision)));
  }

  async function discover(asked: Asked, revision: number | undefined): Promise<void> {
    asked.askedAt = now();
    onCall('DiscoverInstances');
    const answer = await registry.discover(asked.query);
    // An answer may be older than the revision that was asked for before it: then it is asked for again.
    asked.revision = 'instances' in answer ? (answer.revision ?? revision) : undefined;
    asked.stale = false;
    if ('instances' in answer) asked.checksHealth = answer.instances.some(({ healthy }) => healthy !== undefined);
    keep(asked, knownFrom(answer, asked.known));
  }

  function keep(asked: Asked, known: KnownInstances): void {
    if (asked.count === 0 || same(asked.known, known)) return;
    asked.known = known;
    onChange(queryKey(asked.query));
  }

  /** Once when the first of an account's services cannot be looked up, and once when all can again. */
  function tell(account: string): void {
    const own = [...pollers.values()].filter(({ service }) => service.account === account);
    const trouble = own.find((poller) => poller.trouble !== undefined)?.trouble;
    if (troubles.get(account) === trouble) return;
    if (trouble === undefined) troubles.delete(account);
    else troubles.set(account, trouble);
    onTrouble(account, trouble);
  }

  return {
    known: (query) => pollers.get(serviceKey(query))?.queries.get(queryKey(query))?.known,
    follow(query) {
      const key = serviceKey(query);
      const { account, namespaceName, serviceName } = query;
      const service = { account, namespaceName, serviceName };
      const poller: Poller = pollers.get(key) ?? {
        service,
        queries: new Map(),
        looking: false,
        hinted: false,
        startedAt: Number.NEGATIVE_INFINITY,
        failures: 0,
      };
      pollers.set(key, poller);
      const asked = poller.queries.get(queryKey(query)) ?? {
        query,
        count: 0,
        askedAt: Number.NEGATIVE_INFINITY,
        stale: false,
        checksHealth: false,
      };
      poller.queries.set(queryKey(query), asked);
      asked.count += 1;
      if (asked.count > 1) return;
      // Whoever waits for a first answer goes on without after a while.
      setTimeout(() => {
        if (asked.known === undefined) keep(asked, { trouble: unanswered(query, 'no answer yet') });
      }, intervals.patience).unref();
      if (poller.looking) poller.hinted = true;
      else schedule(poller, 0);
    },
    release(query) {
      const poller = pollers.get(serviceKey(query));
      const asked = poller?.queries.get(queryKey(query));
      if (poller === undefined || asked === undefined) return;
      asked.count -= 1;
      if (asked.count > 0) return;
      poller.queries.delete(queryKey(query));
      if (poller.queries.size > 0) return;
      clearTimeout(poller.timer);
      pollers.delete(serviceKey(query));
      // What nobody asks for is no trouble to anybody.
      tell(query.account);
    },
    close() {
      unwatch?.();
      for (const { timer } of pollers.values()) clearTimeout(timer);
      pollers.clear();
    },
  };
}

const unanswered = (query: InstanceQuery, reason: string): string =>
  `${serviceText(query)} cannot be looked up now, and what is known of it stays: ${reason}`;

const same = (left: KnownInstances | undefined, right: KnownInstances): boolean =>
  left !== undefined &&
  left.trouble === right.trouble &&
  JSON.stringify(left.instances) === JSON.stringify(right.instances);
