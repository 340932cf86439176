// Rotation: looks at the certificates that meshes use and tells those meshes when one became another, or fails. Woken by a
// timer, and at once for certificates that are known to have changed; an ARN is asked for once however many meshes use it.
import {
  accountOfArn,
  type Certificates,
  type CertificatesInUse,
  certificatesInUseView,
  knownAfter,
} from '#events/certificates.ts';
import type { CertificateFailing, CertificateRotated } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { reasonOf } from '#events/reason-of.ts';
import { writableSchema } from '#events/schema.ts';
import type { CertificateState, MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';

export interface RotationParts {
  readonly certificates: Pick<Certificates, 'describe'>;
  readonly events: EventStore;
  readonly views: ViewStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  readonly writeSchema: () => Promise<number>;
  /** Milliseconds after which a sweep begins no further look; the next one goes on where it stopped. */
  readonly longest?: number;
}

/**
 * By ARN: what is known of all in use afterwards; a look that nobody answered, or whose answer could not be told to a
 * mesh, says nothing of the certificate.
 */
export interface Swept {
  readonly inUse: ReadonlyMap<string, CertificateState | undefined>;
  readonly rotated: readonly string[];
  readonly failing: ReadonlyMap<string, string>;
  readonly unanswered: ReadonlyMap<string, string>;
}

/** A mesh that uses a certificate, and what it knew of it when the index was written. */
interface User {
  readonly stream: string;
  readonly known?: CertificateState;
}

type News = CertificateRotated | CertificateFailing;
type Unanswered = { readonly unanswered: string };

/** The view of what a sweep left for the next one. */
const rotationView = 'rotation';
const leftKey = 'left';

/**
 * Answers what one sweep does; `only` are ARNs to look at, all in use when it is left out. Once `ended` is aborted it
 * begins no further look.
 */
export function createRotation(parts: RotationParts) {
  const { certificates, events, views, now, id, writeSchema, longest = Number.POSITIVE_INFINITY } = parts;
  const states = stateCache<MeshState>({ store: events, views, folding: meshFolding, maxStates: 50 });

  async function usersByArn(): Promise<ReadonlyMap<string, readonly User[]>> {
    const users = new Map<string, User[]>();
    for (const { key: stream, value } of await views.list(certificatesInUseView)) {
      for (const { arn, ...known } of (value as CertificatesInUse).certificates) {
        users.set(arn, [...(users.get(arn) ?? []), { stream, ...known }]);
      }
    }
    return users;
  }

  async function lookedAt(arn: string, users: readonly User[]): Promise<News | Unanswered> {
    const failing = (reason: string): CertificateFailing => ({ type: 'CertificateFailing', arn, reason });
    try {
      const facts = await certificates.describe(arn);
      if ('none' in facts) return failing(facts.none);
      const { serial, notBefore, notAfter, status, exportable } = facts;
      if (status !== 'ISSUED') return failing(`its status is ${status}`);
      if (!exportable) return failing('it cannot be exported');
      return { type: 'CertificateRotated', arn, serial, notBefore, notAfter };
    } catch (error) {
      // In the same words however often and for whatever reason nobody answers: it is told once.
      const until = Math.max(...users.map(({ known }) => known?.notAfter ?? 0));
      if (until > 0 && until <= now()) {
        return failing(`it expired at ${new Date(until).toISOString()}, and nobody tells of another`);
      }
      return { unanswered: reasonOf(error) };
    }
  }

  /**
   * Whether the mesh had to be told. What it was told of by another meanwhile may be newer than our look: it is looked at
   * again then, lest that is undone. A race that is lost is decided again upon what is there then.
   */
  async function tell({ stream, known }: User, news: News): Promise<boolean> {
    const { arn } = news;
    for (let [event, before] = [news, known]; ; ) {
      const { state, stopped } = await states.load(stream);
      const current = state.certificates.get(arn);
      if (stopped !== undefined || !state.certificateUsers.has(arn) || isKnown(current, event)) return false;
      if (current?.serial !== before?.serial || current?.failing !== before?.failing) {
        const again = await lookedAt(arn, [{ stream, ...(current && { known: current }) }]);
        if ('unanswered' in again) return false;
        [event, before] = [again, current];
        continue;
      }
      const { sequence, time, owner } = state;
      const commit = {
        id: id(),
        stream,
        version: sequence + 1,
        time: Math.max(now(), time),
        schema: writableSchema(await writeSchema()),
        actor: { accountId: owner, arn: `arn:aws:iam::${owner}:root` },
        requestId: id(),
        client: 'rotation',
        events: [event],
      };
      if ((await events.append([commit])).ok) return true;
    }
  }

  return async (only?: readonly string[], ended?: AbortSignal): Promise<Swept> => {
    const until = now() + longest;
    const users = await usersByArn();
    const usersOf = (arn: string) => users.get(arn) ?? [];
    const left = new Set(only ? [] : (((await views.get(rotationView, leftKey))?.value as string[] | undefined) ?? []));
    // Nobody has looked at the first yet; the second have waited for a sweep already.
    const rank = (arn: string): number => (usersOf(arn).some(({ known }) => !known) ? 0 : left.has(arn) ? 1 : 2);
    const wanted = [...(only?.filter((arn) => users.has(arn)) ?? users.keys())].sort(
      (a, b) => rank(a) - rank(b) || expiryOf(usersOf(a)) - expiryOf(usersOf(b)),
    );
    const inUse = new Map([...users].map(([arn, [user]]) => [arn, user?.known]));
    const rotated: string[] = [];
    const unanswered = new Map<string, string>();
    const unseen: string[] = [];

    async function look(arn: string): Promise<void> {
      const found = await lookedAt(arn, usersOf(arn));
      if ('unanswered' in found) {
        unanswered.set(arn, found.unanswered);
        return;
      }
      inUse.set(arn, knownAfter(inUse.get(arn), found));
      const told: boolean[] = [];
      for (const user of usersOf(arn)) {
        if (isKnown(user.known, found)) continue;
        try {
          told.push(await tell(user, found));
        } catch (error) {
          // Whatever is wrong with one mesh, the others are told all the same.
          unanswered.set(arn, `${user.stream} cannot be told: ${reasonOf(error)}`);
        }
      }
      if (found.type === 'CertificateRotated' && told.includes(true)) rotated.push(arn);
    }

    // Each account has a quota of its own.
    const accounts = Map.groupBy(wanted, accountOfArn);
    await Promise.all(
      [...accounts.values()].map(async (arns) => {
        for (const arn of arns) {
          if (now() < until && ended?.aborted !== true) await look(arn);
          else unseen.push(arn);
        }
      }),
    );
    if (only === undefined) {
      const stillLeft = unseen.filter((arn) => left.has(arn));
      const value = stillLeft.length > 0 ? stillLeft : unseen;
      if (value.length > 0) await views.put(rotationView, { key: leftKey, value });
      else if (left.size > 0) await views.delete(rotationView, leftKey);
    }
    const failing = new Map(
      [...inUse].flatMap(([arn, known]) => (known?.failing === undefined ? [] : [[arn, known.failing]])),
    );
    return { inUse, rotated, failing, unanswered };
  };
}

/** Milliseconds since the epoch; 0 where nobody knows it. */
const expiryOf = (users: readonly User[]): number => Math.min(...users.map(({ known }) => known?.notAfter ?? 0));

function isKnown(known: CertificateState | undefined, event: News): boolean {
  if (event.type === 'CertificateFailing') return known?.failing === event.reason;
  return known?.serial === event.serial && known.failing === undefined;
}
