// The installation's own stream: the public half of a signing key is in it before the first token is given, and the
// schema that writers write is read from it.
import type { Commit } from '#events/event.ts';
import { systemFolding } from '#events/folding.ts';
import { systemStream } from '#events/names.ts';
import { writableSchema } from '#events/schema.ts';
import type { SystemState } from '#events/state.ts';
import type { EventStore } from '#events/store.ts';
import type { AnnouncedKey } from '#identity/token.ts';
import { stateCache } from '#store/cache.ts';

export interface System {
  /** The schema to write in. */
  writeSchema(): Promise<number>;
  /** The id of the organization that accounts may be in. */
  organization(): Promise<string | undefined>;
  /** Makes a signing key's public half known, once; rejects when the stream cannot be read to its end or written. */
  announce(key: AnnouncedKey, id: () => string, now: () => number): Promise<void>;
}

// As many processes as that start at the same moment on the same data.
const most = 100;

/** For a process that sleeps between two calls and so can follow nothing: how long, in milliseconds, what was read holds. */
export interface Holding {
  readonly milliseconds: number;
  readonly now: () => number;
}

/**
 * The stream is followed unless it is said how long what was read of it holds. A schema that was raised meanwhile does no
 * harm: what is written in the one before can be read for ever.
 */
export function systemOf(events: EventStore, holding?: Holding): System {
  const cache = stateCache<SystemState>({ store: events, folding: systemFolding });
  // Every write asks for it and it hardly ever changes.
  let known: Promise<SystemState> | undefined;
  let until = Number.POSITIVE_INFINITY;
  const forget = () => {
    known = undefined;
  };
  if (holding === undefined) events.follow(forget).add(systemStream);
  async function read(): Promise<SystemState> {
    try {
      return (await cache.load(systemStream)).state;
    } catch (error) {
      forget();
      throw error;
    }
  }
  const current = () => {
    if (known !== undefined && (holding === undefined || holding.now() < until)) return known;
    if (holding !== undefined) until = holding.now() + holding.milliseconds;
    known = read();
    return known;
  };
  return {
    writeSchema: async () => (await current()).writeSchema,
    organization: async () => (await current()).organization,
    async announce(key, id, now) {
      // Another process on the same data may do the same: then the race is lost and the next look finds the key.
      for (let attempt = 0; attempt < most; attempt += 1) {
        const { state: newest, stopped } = await cache.load(systemStream);
        if (newest.signingKeys.has(key.kid)) return;
        if (stopped !== undefined) {
          const last = stopped.version - 1;
          throw new Error(`the stream ${systemStream} cannot be read beyond version ${last}: ${stopped.reason}`);
        }
        const publicKey = Object.fromEntries(
          Object.entries(key.publicJwk).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
        );
        const commit: Commit = {
          id: id(),
          stream: systemStream,
          version: newest.sequence + 1,
          time: Math.max(now(), newest.time),
          schema: writableSchema(newest.writeSchema),
          actor: { accountId: '000000000000', arn: 'heddle' },
          requestId: id(),
          events: [{ type: 'SigningKeyAdded', kid: key.kid, publicKey }],
        };
        if ((await events.append([commit])).ok) return;
      }
      throw new Error(`the stream ${systemStream} was written by others ${most} times meanwhile: try again`);
    },
  };
}
