// Who may call: the credentials file, looked at again whenever it changed. A rewrite that does not parse is
// reported and the last good content stays in force, so that a slip of the pen locks nobody out.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createAdministrator } from './administrator.ts';
import { type Credential, type PrincipalTag, parseCredentialList } from './credential-list.ts';
import type { Policy } from './policy-document.ts';
import { makePrivateFolder } from './private-folder.ts';

export interface Credentials {
  byAccessKey(accessKeyId: string): Credential | undefined;
  /** All policies of a principal; those of every entry with its ARN count together. */
  policiesOf(arn: string): readonly Policy[];
  /** All tags of a principal, of every entry with its ARN. */
  tagsOf(arn: string): readonly PrincipalTag[];
}

export interface CredentialsOptions {
  /** The credentials file; made with an administrator when it does not exist. */
  readonly file: string;
  /** Made with mode 0700 when absent; an existing one is left as it is. */
  readonly dataDir: string;
  /** Written into the generated AWS profile. */
  readonly region: string;
  /** Told once about each rewrite that could not be read, and about a file that others may read. */
  readonly report: (message: string) => void;
  /** Milliseconds of the epoch; decides when a look at the file is due again. */
  readonly now?: () => number;
}

const LOOK_AGAIN_MS = 1000;

// Taken before the file is read, so that a write during the reading is seen at the next look. A file that cannot
// be looked at has a fingerprint as well: its loss is reported once.
const fingerprint = (file: string): string => {
  try {
    const stat = statSync(file, { bigint: true });
    return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`Credentials file ${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
};

const load = (file: string): ReadonlyMap<string, Credential> => {
  const parsed = parseCredentialList(textOf(file));
  if ('faults' in parsed) throw new Error(`Credentials file ${file}: ${parsed.faults.join('; ')}`);
  return new Map(parsed.credentials.map((credential) => [credential.accessKeyId, credential]));
};

/** Opens the credentials file. Throws an error that names file, entry and member if its first reading fails. */
export const openCredentials = ({ file, dataDir, region, report, now = Date.now }: CredentialsOptions): Credentials => {
  makePrivateFolder(dataDir);
  if (!existsSync(file)) createAdministrator(file, dataDir, region);

  const warnIfOpenToOthers = (): void => {
    if ((statSync(file).mode & 0o077) !== 0)
      report(`Credentials file ${file} can be read by others: its mode should be 0600.`);
  };

  let seen = fingerprint(file);
  let credentials = load(file);
  let lookedAt = now();
  warnIfOpenToOthers();

  const current = (): ReadonlyMap<string, Credential> => {
    const time = now();
    // A clock set back counts as due, too.
    if (Math.abs(time - lookedAt) < LOOK_AGAIN_MS) return credentials;
    lookedAt = time;
    try {
      const found = fingerprint(file);
      if (found === seen) return credentials;
      seen = found;
      credentials = load(file);
      warnIfOpenToOthers();
    } catch (error) {
      report(`${messageOf(error)}. The credentials read before stay in force.`);
    }
    return credentials;
  };

  const entriesOf = (arn: string): readonly Credential[] =>
    [...current().values()].filter((entry) => entry.arn === arn);

  return {
    byAccessKey: (accessKeyId) => current().get(accessKeyId),
    policiesOf: (arn) => entriesOf(arn).flatMap(({ policies }) => policies),
    tagsOf: (arn) => entriesOf(arn).flatMap(({ tags = [] }) => tags),
  };
};
