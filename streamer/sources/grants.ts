// Who may have the key of which certificate, as it was answered last: a task that starts while nobody answers goes by what
// another one was told, so that no Envoy loses a listener by coming to it.
import { createHash } from 'node:crypto';
import type { ViewStore } from '#events/store.ts';
import type { Looked, LookedSecret, SecretWant } from './secret.ts';
import type { ExportCheck } from './secret-looks.ts';

type GrantWant = Extract<SecretWant, { kind: 'grant' }>;

export interface GrantParts {
  readonly mayExport: ExportCheck;
  readonly views: Pick<ViewStore, 'get' | 'put'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const grantsView = 'grants';
const minute = 60_000;
const hour = 60 * minute;
/** As long as a token can last on AWS that admits an Envoy: what was asked for that is as old. */
const keptFor = 12 * hour;

/** A key of DynamoDB's has at most 1,024 bytes. */
const keyOf = ({ caller, arn }: GrantWant): string => createHash('sha256').update(`${caller.arn} ${arn}`).digest('hex');

/** Milliseconds: sooner than an Envoy goes on without. */
const patience = 3_000;

function isAnswered(asked: Promise<unknown>): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), patience).unref();
  });
  return Promise.race([asked.then(() => true).catch(() => false), late]);
}

export function grantLooks({ mayExport, views, now }: GrantParts) {
  const notedAt = new WeakMap<LookedSecret, number>();

  async function note(want: GrantWant, found: LookedSecret): Promise<void> {
    try {
      await views.put(grantsView, { key: keyOf(want), value: found.allowed, expiresAt: now() + keptFor });
      notedAt.set(found, now());
    } catch {
      // The answer holds all the same, and is noted at the next look: the store tells of its own trouble.
    }
  }

  return async (want: GrantWant, before: LookedSecret | undefined): Promise<Looked> => {
    const asked = mayExport(want.caller, want.arn);
    if (before?.allowed === undefined && !(await isAnswered(asked))) {
      const kept = await views.get(grantsView, keyOf(want));
      // The next look says that nobody answers.
      if (kept?.value === true) return { found: { allowed: true }, again: now() };
    }
    const answer = await asked;
    const again = now() + minute;
    if (typeof answer !== 'boolean') return { found: { ...before, trouble: answer.refused }, again };
    const found = { allowed: answer };
    const last = before && notedAt.get(before);
    if (last === undefined || before?.allowed !== answer || last + hour <= now()) await note(want, found);
    else notedAt.set(found, last);
    return { found, again };
  };
}
