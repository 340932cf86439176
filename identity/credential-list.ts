// The text of a credentials file, read and checked: who may call, with which keys and policies. Mistakes are
// named by entry and member, and no message repeats a value, because the values are secrets.
import { managedPolicy, managedPolicyNames } from './managed-policies.ts';
import { type Policy, parsePolicy } from './policy-document.ts';

/** One access key and the principal it stands for. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly arn: string;
  readonly policies: readonly Policy[];
  /** The principal's tags, as `aws:PrincipalTag/…` in policies. */
  readonly tags?: readonly PrincipalTag[];
}

export interface PrincipalTag {
  readonly key: string;
  readonly value: string;
}

type Members = Readonly<Record<string, unknown>>;

const MEMBERS = ['accessKeyId', 'secretAccessKey', 'sessionToken', 'accountId', 'arn', 'policies', 'tags'];
// A credential scope is split at "/", so an access key id may not hold one.
const ACCESS_KEY_ID = /^[\w.=@-]{1,128}$/;
const ACCOUNT_ID = /^\d{12}$/;
const PRINCIPAL_ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):.+$/;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// V8 quotes the text around a JSON mistake, which may be a secret: only the place is repeated.
const parseJson = (text: string): { readonly value: unknown } | { readonly fault: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    if (position === undefined) return { fault: 'is not valid JSON' };
    return { fault: `is not valid JSON (line ${text.slice(0, Number(position)).split('\n').length})` };
  }
};

/** `place` is where the entry stands in the file, for the names of its policies. */
const parsePolicies = (value: unknown, place: number, faults: string[]): readonly Policy[] => {
  if (!Array.isArray(value)) {
    faults.push('member "policies" must be a list of policy documents or names of AWS managed App Mesh policies');
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    const named =
      typeof entry === 'string'
        ? managedPolicy(entry)
        : { name: `entry ${place}, policies[${index}]`, document: entry };
    if (named === undefined) {
      const names = managedPolicyNames.join(', ');
      faults.push(`member "policies[${index}]" names none of the managed policies known here: ${names}`);
      return [];
    }
    const parsed = parsePolicy(named.document, named.name);
    if ('policy' in parsed) return [parsed.policy];
    for (const { path, message } of parsed.faults) {
      faults.push(`member "policies[${index}]${path === '' ? '' : `.${path}`}" ${message}`);
    }
    return [];
  });
};

const parseTags = (value: unknown, faults: string[]): readonly PrincipalTag[] => {
  if (!isObject(value)) {
    faults.push('member "tags" must be an object of tag keys and their values');
    return [];
  }
  return Object.entries(value).flatMap(([key, text]) => {
    if (key !== '' && typeof text === 'string') return [{ key, value: text }];
    faults.push(`member "tags" must have a string under each key, and ${JSON.stringify(key)} has none`);
    return [];
  });
};

const parseEntry = (entry: unknown, place: number, faults: string[]): Credential | undefined => {
  if (!isObject(entry)) {
    faults.push('must be an object');
    return undefined;
  }
  const unknown = Object.keys(entry).filter((name) => !MEMBERS.includes(name));
  faults.push(...unknown.map((name) => `member ${JSON.stringify(name)} is not known`));
  const text = (name: string, pattern: RegExp, expected: string): string => {
    const value = entry[name];
    if (typeof value === 'string' && pattern.test(value)) return value;
    faults.push(`member "${name}" ${value === undefined || value === null ? 'is missing' : `must be ${expected}`}`);
    return '';
  };
  const accessKeyId = text('accessKeyId', ACCESS_KEY_ID, '1 to 128 letters, digits or _.=@-');
  const secretAccessKey = text('secretAccessKey', /^.+$/s, 'a string that is not empty');
  const accountId = text('accountId', ACCOUNT_ID, 'a string of twelve digits');
  const arn = text('arn', PRINCIPAL_ARN, 'the ARN of an IAM or STS principal');
  if (arn !== '' && accountId !== '' && PRINCIPAL_ARN.exec(arn)?.[1] !== accountId) {
    faults.push('member "arn" names another account than member "accountId"');
  }
  const policies = parsePolicies(entry.policies, place, faults);
  // A member that is null counts as absent.
  const tags = entry.tags === undefined || entry.tags === null ? {} : { tags: parseTags(entry.tags, faults) };
  const credential = { accessKeyId, secretAccessKey, accountId, arn, policies, ...tags };
  if (entry.sessionToken === undefined || entry.sessionToken === null) return credential;
  return { ...credential, sessionToken: text('sessionToken', /^.+$/s, 'a string that is not empty') };
};

/** Reads the file's text: all its entries, or every mistake in it as one sentence each. */
export const parseCredentialList = (
  text: string,
): { readonly credentials: readonly Credential[] } | { readonly faults: readonly string[] } => {
  const json = parseJson(text);
  if ('fault' in json) return { faults: [json.fault] };
  if (!Array.isArray(json.value)) return { faults: ['must hold a list of credentials'] };
  const faults: string[] = [];
  const seen = new Set<string>();
  const credentials = json.value.flatMap((entry: unknown, index) => {
    const mistakes: string[] = [];
    const credential = parseEntry(entry, index + 1, mistakes);
    const id = credential?.accessKeyId ?? '';
    if (id !== '' && seen.has(id)) mistakes.push('member "accessKeyId" stands in an entry before it already');
    seen.add(id);
    faults.push(...mistakes.map((mistake) => `entry ${index + 1}${id === '' ? '' : ` (${id})`}: ${mistake}`));
    return credential === undefined ? [] : [credential];
  });
  return faults.length > 0 ? { faults } : { credentials };
};
