// The organization, embedded: a file, looked at every second and written to the log when it says something else. A rewrite
// with a mistake is reported and changes nobody's membership.
import { readFileSync, statSync } from 'node:fs';
import type { MembershipSource, MembershipWriter } from '#functions/organization/membership.ts';
import { parseOrganization } from './organization-document.ts';

/** The file as a source; rejects with an error that names file and member. */
export function organizationFile(file: string): MembershipSource {
  return {
    async read() {
      const parsed = parseOrganization(textOf(file));
      if ('membership' in parsed) return parsed.membership;
      throw new Error(`Organization file ${file}: ${parsed.faults.join('; ')}`);
    },
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`Organization file ${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export interface WatchedOrganization {
  /** Ends the watch; resolves when nothing is on its way. */
  close(): Promise<void>;
}

export interface WatchParts {
  readonly file: string;
  readonly writer: MembershipWriter;
  /** Told once about each rewrite that could not be read. */
  readonly report: (message: string) => void;
  /** Told when the log could not be written, and with `undefined` when it could again. */
  readonly onTrouble: (trouble: unknown) => void;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

/** Writes what the file says and goes on to watch it. Rejects when its first reading or writing fails. */
export async function watchOrganization(parts: WatchParts): Promise<WatchedOrganization> {
  const { file, writer, report, onTrouble, interval = 1_000 } = parts;
  const source = organizationFile(file);
  let seen = fingerprint(file);
  let troubled = false;
  let looking: Promise<void> = Promise.resolve();
  await writer.write(await source.read());

  async function look(): Promise<void> {
    const found = fingerprint(file);
    if (found === seen && !troubled) return;
    seen = found;
    const told = await source.read().catch((error: unknown) => {
      report(`${messageOf(error)}. The membership read before stays in force.`);
    });
    if (told === undefined) {
      troubled = false;
      return;
    }
    try {
      await writer.write(told);
      if (troubled) onTrouble(undefined);
      troubled = false;
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
    }
  }

  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    looking = look().finally(() => {
      busy = false;
    });
  }, interval).unref();

  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}

// Taken before the file is read, so that a write during the reading is seen at the next look. A file that cannot be looked
// at has a fingerprint as well: its loss is reported once.
function fingerprint(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
