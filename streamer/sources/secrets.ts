// Certificates, authorities and permissions that connected Envoys need, each looked up once for all who follow it, kept
// when a later look fails, and looked at again when it is told to or when its time has come.
import { type TimeLeft, timeLeft } from '#events/certificates.ts';
import { reasonOf } from '#events/reason-of.ts';
import type { CertificateState } from '#events/state.ts';
import { type Looked, type LookedSecret, type SecretWant, wantKey } from './secret.ts';

export interface SecretSource {
  /** undefined: not looked up yet. */
  known(want: SecretWant): LookedSecret | undefined;
  /** As many `release` as `follow`; `told`: what a mesh that names the certificate knows of it. */
  follow(want: SecretWant, told?: CertificateState): void;
  release(want: SecretWant): void;
  /**
   * A mesh knows another serial, which the certificate is to be, or that something is wrong with it: then what is held of
   * it stays in use, and its users hear of that.
   */
  told(arn: string, told: CertificateState): void;
  /** How it stands with the certificates that are followed. */
  certificates(): CertificatesFollowed;
  close(): void;
}

/** Counts, and what is wrong by ARN; `failing` cannot be had or renewed, or have expired. */
export interface CertificatesFollowed {
  readonly inUse: number;
  readonly nearExpiry: number;
  readonly failing: number;
  readonly troubles: Readonly<Record<string, string>>;
}

export const noCertificates: CertificatesFollowed = { inUse: 0, nearExpiry: 0, failing: 0, troubles: {} };

export interface SecretSourceParts {
  /** Rejects when nobody answers. `serial`: the one that it is to be, where that is known. */
  readonly look: (want: SecretWant, before: LookedSecret | undefined, serial: string | undefined) => Promise<Looked>;
  readonly now: () => number;
  readonly onChange: (key: string) => void;
  /** A lost dependency; `undefined`: well again. */
  readonly onTrouble: (trouble: string | undefined) => void;
}

interface Entry {
  readonly want: SecretWant;
  count: number;
  found?: LookedSecret;
  /** Why the newest look failed. */
  failure?: string | undefined;
  told?: CertificateState | undefined;
  /** What was known at the newest change, its age as it was then. */
  said?: string | undefined;
  failures: number;
  looking: boolean;
  hinted: boolean;
  timer?: NodeJS.Timeout;
}

/** Milliseconds: a first answer is awaited so long; between looks after one that failed. */
const patience = 5_000;
const [soonest, slowest] = [500, 30_000];
/** The longest that a timer of Node's can wait. */
const longest = 2_147_483_647;

export function secretSource({ look, now, onChange, onTrouble }: SecretSourceParts): SecretSource {
  const entries = new Map<string, Entry>();
  let troubled = false;

  function learn(entry: Entry, news: Partial<Pick<Entry, 'found' | 'failure' | 'told'>>): void {
    Object.assign(entry, news);
    const known = JSON.stringify(knownOf(entry, now()));
    if (entry.count > 0 && known !== entry.said) onChange(wantKey(entry.want));
    entry.said = known;
  }

  function tell(): void {
    const failing = [...entries.values()].find(({ failures }) => failures > 0);
    if ((failing !== undefined) === troubled) return;
    troubled = failing !== undefined;
    onTrouble(failing?.failure);
  }

  function schedule(entry: Entry, wait: number): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void run(entry), Math.min(Math.max(wait, 0), longest)).unref();
  }

  async function run(entry: Entry): Promise<void> {
    if (entry.looking) {
      entry.hinted = true;
      return;
    }
    entry.looking = true;
    entry.hinted = false;
    let wait: number | undefined;
    try {
      const { found, again } = await look(entry.want, entry.found, entry.told?.serial || undefined);
      entry.failures = 0;
      learn(entry, { found, failure: undefined });
      wait = again === undefined ? undefined : again - now();
    } catch (error) {
      entry.failures += 1;
      // A first answer is awaited a while: it is likelier to come than to be needed without.
      learn(entry, { failure: `${subject(entry.want)} cannot be looked up: ${reasonOf(error)}` });
      wait = Math.min(soonest * 2 ** Math.min(entry.failures - 1, 10), slowest);
    }
    entry.looking = false;
    tell();
    if (entry.count === 0) return;
    if (entry.hinted) schedule(entry, 0);
    else if (wait !== undefined) schedule(entry, wait);
  }

  return {
    known(want) {
      const entry = entries.get(wantKey(want));
      return entry && knownOf(entry, now());
    },
    follow(want, told) {
      const key = wantKey(want);
      const entry = entries.get(key) ?? { want, told, count: 0, failures: 0, looking: false, hinted: false };
      entries.set(key, entry);
      entry.count += 1;
      if (entry.count > 1) return;
      schedule(entry, 0);
      setTimeout(() => {
        if (entry.found !== undefined) return;
        learn(entry, { found: {}, failure: entry.failure ?? `${subject(want)} cannot be looked up: no answer yet` });
      }, patience).unref();
    },
    release(want) {
      const key = wantKey(want);
      const entry = entries.get(key);
      if (entry === undefined) return;
      entry.count -= 1;
      if (entry.count > 0) return;
      clearTimeout(entry.timer);
      entries.delete(key);
      tell();
    },
    told(arn, told) {
      for (const entry of entries.values()) {
        if (entry.want.kind !== 'certificate' || entry.want.arn !== arn) continue;
        learn(entry, { told });
        const { held, trouble } = entry.found ?? {};
        if (told.failing !== undefined || (held?.serial === told.serial && trouble === undefined)) continue;
        clearTimeout(entry.timer);
        void run(entry);
      }
    },
    certificates() {
      const followed = [...entries.values()].filter(({ want: { kind } }) => kind === 'certificate' || kind === 'node');
      const having = (left: TimeLeft) => (entry: Entry) => leftOf(entry, now()) === left;
      const isFailing = (entry: Entry) => having('none')(entry) || (entry.found && wrongOf(entry).length > 0);
      const troubles = followed.flatMap((entry) => {
        const trouble = knownOf(entry, now())?.trouble;
        return trouble === undefined ? [] : [[subject(entry.want), trouble]];
      });
      return {
        inUse: followed.length,
        nearExpiry: followed.filter(having('little')).length,
        failing: followed.filter(isFailing).length,
        troubles: Object.fromEntries(troubles),
      };
    },
    close() {
      for (const { timer } of entries.values()) clearTimeout(timer);
      entries.clear();
    },
  };
}

function subject(want: SecretWant): string {
  switch (want.kind) {
    case 'certificate':
    case 'authority':
      return want.arn;
    case 'node':
      return `the certificate that ${want.authority} signs for ${want.node}`;
    case 'grant':
      return `what ${want.caller.arn} may do with ${want.arn}`;
  }
}

/** Nothing before something was found, or awaited for too long. `now`: milliseconds since the epoch. */
function knownOf(entry: Entry, now: number): LookedSecret | undefined {
  const { found } = entry;
  if (found === undefined) return undefined;
  const trouble = [...endOf(entry, now), ...wrongOf(entry)].join('; ');
  return trouble === '' ? found : { ...found, trouble };
}

/** What is wrong, beside its age. */
function wrongOf({ want, found, failure, told }: Entry): readonly string[] {
  const failing = told?.failing && `${subject(want)}: ${told.failing}`;
  return [found?.trouble, failing, failure].filter((one) => one !== undefined);
}

/** The end of what is held, once it is near or past. */
function endOf(entry: Entry, now: number): readonly string[] {
  const left = leftOf(entry, now);
  const { want, found } = entry;
  if (found?.held === undefined || left === 'enough') return [];
  const end = new Date(found.held.notAfter).toISOString();
  return [`${subject(want)} ${left === 'little' ? 'expires' : 'expired'} at ${end}`];
}

const leftOf = ({ found }: Entry, now: number): TimeLeft =>
  found?.held === undefined ? 'enough' : timeLeft(found.held, now);
