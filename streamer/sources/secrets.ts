// Certificates, authorities and permissions that connected Envoys need, each looked up once for all who follow it, kept
// when a later look fails, and looked at again when it is told to or when its time has come.
import { timeLeft } from '#events/certificates.ts';
import { type Looked, type LookedSecret, type SecretWant, wantKey } from './secret.ts';

export interface SecretSource {
  /** undefined: not looked up yet. */
  known(want: SecretWant): LookedSecret | undefined;
  /** As many `release` as `follow`. */
  follow(want: SecretWant): void;
  release(want: SecretWant): void;
  /** The certificate of an ARN is to be one of this serial now. */
  rotated(arn: string, serial: string): void;
  /** Something is wrong with it: what is held of it stays in use, and its users are told. */
  failing(arn: string, reason: string): void;
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
  known?: LookedSecret;
  serial?: string;
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

  function keep(entry: Entry, known: LookedSecret): void {
    if (JSON.stringify(entry.known) === JSON.stringify(known)) return;
    entry.known = known;
    if (entry.count > 0) onChange(wantKey(entry.want));
  }

  function tell(): void {
    const failing = [...entries.values()].find(({ failures }) => failures > 0);
    if ((failing !== undefined) === troubled) return;
    troubled = failing !== undefined;
    onTrouble(failing?.known?.trouble ?? (failing && 'certificates cannot be looked up'));
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
      const { found, again } = await look(entry.want, entry.known, entry.serial);
      entry.failures = 0;
      keep(entry, found);
      wait = again === undefined ? undefined : again - now();
    } catch (error) {
      entry.failures += 1;
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const { known } = entry;
      // A first answer is awaited a while: it is likelier to come than to be needed without.
      if (known !== undefined) {
        const { held } = known;
        const gone = held !== undefined && timeLeft(held, now()) === 'none';
        const since = gone ? `expired at ${new Date(held.notAfter).toISOString()} and ` : '';
        keep(entry, { ...known, trouble: `${subject(entry.want)} ${since}cannot be looked up: ${reason}` });
      }
      wait = Math.min(soonest * 2 ** Math.min(entry.failures - 1, 10), slowest);
    }
    entry.looking = false;
    tell();
    if (entry.count === 0) return;
    if (entry.hinted) schedule(entry, 0);
    else if (wait !== undefined) schedule(entry, wait);
  }

  return {
    known: (want) => entries.get(wantKey(want))?.known,
    follow(want) {
      const key = wantKey(want);
      const entry = entries.get(key) ?? { want, count: 0, failures: 0, looking: false, hinted: false };
      entries.set(key, entry);
      entry.count += 1;
      if (entry.count > 1) return;
      schedule(entry, 0);
      setTimeout(() => {
        if (entry.known === undefined) keep(entry, { trouble: `${subject(want)} cannot be looked up: no answer yet` });
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
    rotated(arn, serial) {
      for (const entry of entries.values()) {
        if (entry.want.kind !== 'certificate' || entry.want.arn !== arn) continue;
        entry.serial = serial;
        if (entry.known?.held?.serial === serial && entry.known.trouble === undefined) continue;
        clearTimeout(entry.timer);
        void run(entry);
      }
    },
    failing(arn, reason) {
      for (const entry of entries.values()) {
        if (entry.want.kind !== 'certificate' || entry.want.arn !== arn) continue;
        keep(entry, { ...entry.known, trouble: `${arn}: ${reason}` });
      }
    },
    certificates() {
      const followed = [...entries.values()].filter(({ want: { kind } }) => kind === 'certificate' || kind === 'node');
      const isNear = ({ known }: Entry) => known?.held !== undefined && timeLeft(known.held, now()) === 'little';
      const troubled = followed.filter(({ known }) => known?.trouble !== undefined);
      return {
        inUse: followed.length,
        nearExpiry: followed.filter(isNear).length,
        failing: troubled.filter((entry) => !isNear(entry)).length,
        troubles: Object.fromEntries(troubled.map(({ want, known }) => [subject(want), known?.trouble ?? ''])),
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
