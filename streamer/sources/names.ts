// The addresses of host names, looked up by the streamer itself: by them tcp backends on one port are told apart. What was
// found once is kept until something else is found, also while nobody answers.
import { Resolver } from 'node:dns/promises';

export interface NameSource {
  /** The IP addresses last found, ordered; none before anything was. */
  addresses(name: string): readonly string[];
  /** Looks a name up from now on, until as many `release` as `follow`. */
  follow(name: string): void;
  release(name: string): void;
  close(): void;
}

/** All addresses of a name, of both versions of IP. Rejects when it has none or nobody answers. */
export type LookUp = (name: string) => Promise<readonly string[]>;

export interface NameSourceParts {
  /** Told when a followed name's addresses are others than before. */
  readonly onChange: (name: string) => void;
  readonly lookUp?: LookUp;
  /** Milliseconds between looks at every followed name. */
  readonly interval?: number;
}

interface Followed {
  count: number;
  addresses: readonly string[];
  /** Of several answers under way only the newest question's counts. */
  question: number;
}

export function nameSource({ onChange, lookUp = overDns(), interval = 30_000 }: NameSourceParts): NameSource {
  const followed = new Map<string, Followed>();

  async function refresh(name: string, entry: Followed): Promise<void> {
    entry.question += 1;
    const { question } = entry;
    const found = await lookUp(name).catch(() => undefined);
    if (found === undefined || question !== entry.question || followed.get(name) !== entry) return;
    const addresses = [...new Set(found)].sort();
    if (addresses.join() === entry.addresses.join()) return;
    entry.addresses = addresses;
    onChange(name);
  }

  const timer = setInterval(() => {
    for (const [name, entry] of followed) void refresh(name, entry);
  }, interval);
  timer.unref();

  return {
    addresses: (name) => followed.get(name)?.addresses ?? [],
    follow(name) {
      const entry = followed.get(name) ?? { count: 0, addresses: [], question: 0 };
      entry.count += 1;
      followed.set(name, entry);
      if (entry.count === 1) void refresh(name, entry);
    },
    release(name) {
      const entry = followed.get(name);
      if (entry === undefined) return;
      entry.count -= 1;
      if (entry.count === 0) followed.delete(name);
    },
    close() {
      clearInterval(timer);
      followed.clear();
    },
  };
}

/** By DNS alone: the system's own look-up takes threads that files need too, and can hold them for long. */
function overDns(): LookUp {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (name) => {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0) throw new Error(`no address of ${name}`);
    return found;
  };
}
