// Secrets in the views, sealed, one generation after another: of all tasks that make the next at once one is the first, and
// the others use what it made.
import { accountOfArn, type Sealed, type Sealer, secretsView } from '#events/certificates.ts';
import type { ViewEntry, ViewStore } from '#events/store.ts';

/** `value` is missing of one that was sealed with another key: all that is known is that it was there. */
export interface Generation<T> {
  readonly value?: T | undefined;
  readonly entry: ViewEntry;
}

/** What is sealed: the serial stands in the seal, and a month after its end it is forgotten. */
export interface Sealing extends Recognized {
  readonly notAfter: number;
}

/** What may be known of it without opening it; the fingerprint is SHA-256, hexadecimal. */
export interface Recognized {
  readonly serial: string;
  readonly fingerprint?: string;
}

export interface SealedValues {
  newest<T>(key: string): Promise<Generation<T> | undefined>;
  /** Whether another has come after `last`, or the first where there was none. */
  isFollowed(key: string, last: Generation<unknown> | undefined): Promise<boolean>;
  /** Puts the one after `last`, and answers it; what another task put there meanwhile in its place. */
  next<T>(key: string, last: Generation<T> | undefined, value: T, sealing: Sealing): Promise<T>;
}

interface Stored extends Recognized {
  readonly sealed: Sealed;
}

/** Milliseconds for which the generation before is kept, lest a slow task takes its place for a free one. */
const keptFor = 5 * 60_000;
const month = 30 * 24 * 3_600_000;
const digits = 12;

/** `now` in milliseconds since the epoch. */
export function sealedValues(views: ViewStore, sealer: Sealer, now: () => number): SealedValues {
  const contextOf = (resource: string, serial: string) => ({ account: accountOfArn(resource), resource, serial });

  async function opened<T>(entry: ViewEntry): Promise<T | undefined> {
    const { serial, sealed } = entry.value as Stored;
    const text = await sealer.open(sealed, contextOf(entry.key, serial));
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  return {
    async newest<T>(key: string) {
      const entry = await newestOf(views, key);
      return entry && { entry, value: await opened<T>(entry) };
    },
    async isFollowed(key, last) {
      return (await newestOf(views, key))?.key !== last?.entry.key;
    },
    async next<T>(key: string, last: Generation<T> | undefined, value: T, sealing: Sealing) {
      const number = Number(last?.entry.key.slice(-digits) ?? 0) + 1;
      const resource = `${key} ${String(number).padStart(digits, '0')}`;
      const { serial, fingerprint, notAfter } = sealing;
      const sealed = await sealer.seal(JSON.stringify(value), contextOf(resource, serial));
      const stored: Stored = { serial, ...(fingerprint && { fingerprint }), sealed };
      const entry = { key: resource, value: stored, expiresAt: notAfter + month };
      const there = await views.putIfAbsent(secretsView, entry);
      if (last !== undefined) await views.put(secretsView, { ...last.entry, expiresAt: now() + keptFor });
      return (await opened<T>(there)) ?? value;
    },
  };
}

const newestOf = async (views: Pick<ViewStore, 'list'>, key: string): Promise<ViewEntry | undefined> =>
  (await views.list(secretsView, `${key} `)).at(-1);

/** For whoever may open nothing; undefined where nothing is sealed. */
export async function recognized(views: Pick<ViewStore, 'list'>, key: string): Promise<Recognized | undefined> {
  return (await newestOf(views, key))?.value as Stored | undefined;
}
