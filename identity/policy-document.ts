// An IAM policy document, read once and checked: from the JSON that people write to the statements that
// policy.ts judges. A document with a mistake is found when it is loaded, never while a call waits.
import { type ArnPattern, parseArnPattern } from './arn-pattern.ts';
import { type Condition, parseConditions } from './condition.ts';
import { type Pattern, patternOf } from './wildcard.ts';

/** What a statement says of actions or resources: `listed` ones, or every one but those (NotAction, NotResource). */
export interface Selection<P> {
  readonly patterns: readonly P[];
  readonly inverted: boolean;
}

export interface Statement {
  /** Its Sid, else its place: `Statement[0]`. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  /** In lower case: the names of actions do not tell it from upper case. */
  readonly actions: Selection<Pattern>;
  readonly resources: Selection<ArnPattern>;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** How the log names it: a managed policy's name, or where the document stands. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** One mistake: `path` names the member (`Statement[0].Effect`), `message` says what is wrong with it. */
export interface PolicyFault {
  readonly path: string;
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;
type Report = (path: string, message: string) => void;

const DOCUMENT_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
// Policy variables exist since this version of the language; before it `${` is plain text.
const VERSION_WITH_VARIABLES = '2012-10-17';
const VERSIONS = [VERSION_WITH_VARIABLES, '2008-10-17'];
const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unknownMembers = (members: Members, known: readonly string[], at: string, fault: Report): void => {
  for (const name of Object.keys(members)) {
    if (!known.includes(name)) fault(`${at}${name}`, 'is not a member of an identity-based policy');
  }
};

const strings = (value: unknown, path: string, fault: Report): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) fault(path, 'must not be an empty list');
  const texts = list.filter((entry) => typeof entry === 'string');
  if (texts.length < list.length) fault(path, 'must be a string or a list of strings');
  return texts;
};

/** `read` gives the pattern that a text is, or what is wrong with it. */
const selectionOf = <P extends object>(
  statement: Members,
  name: 'Action' | 'Resource',
  at: string,
  fault: Report,
  read: (text: string) => P | { readonly fault: string },
): Selection<P> => {
  const inverted = statement[`Not${name}`] !== undefined;
  const member = inverted ? `Not${name}` : name;
  if (inverted && statement[name] !== undefined) {
    fault(`${at}${name}`, `must not stand beside ${member}`);
  } else if (statement[member] === undefined) {
    fault(`${at}${name}`, `is missing (or Not${name})`);
    return { patterns: [], inverted };
  }
  const patterns = strings(statement[member], `${at}${member}`, fault).flatMap((text) => {
    const pattern = read(text);
    if (!('fault' in pattern)) return [pattern];
    fault(`${at}${member}`, pattern.fault);
    return [];
  });
  return { patterns, inverted };
};

const readAction = (text: string): Pattern | { readonly fault: string } =>
  ACTION.test(text) ? patternOf(text.toLowerCase()) : { fault: `"${text}" must be "*" or "service:Action"` };

const readResource =
  (variables: boolean) =>
  (text: string): ArnPattern | { readonly fault: string } =>
    text === '*' || text.startsWith('arn:')
      ? parseArnPattern(text, variables)
      : { fault: `"${text}" must be "*" or an ARN` };

const parseStatement = (value: unknown, path: string, variables: boolean, fault: Report): Statement | undefined => {
  if (!isObject(value)) {
    fault(path, 'must be an object');
    return undefined;
  }
  const at = `${path}.`;
  unknownMembers(value, STATEMENT_MEMBERS, at, fault);
  const { Sid: sid, Effect: effect, Condition: condition } = value;
  if (sid !== undefined && typeof sid !== 'string') fault(`${at}Sid`, 'must be a string');
  if (effect !== 'Allow' && effect !== 'Deny') fault(`${at}Effect`, 'must be "Allow" or "Deny"');
  return {
    name: typeof sid === 'string' && sid !== '' ? sid : path,
    effect: effect === 'Allow' ? 'Allow' : 'Deny',
    actions: selectionOf(value, 'Action', at, fault, readAction),
    resources: selectionOf(value, 'Resource', at, fault, readResource(variables)),
    conditions: condition === undefined ? [] : parseConditions(condition, `${at}Condition`, variables, fault),
  };
};

const repeatedNames = (statements: readonly Statement[], fault: Report): void => {
  const seen = new Set<string>();
  for (const { name } of statements) {
    if (seen.has(name)) fault('Statement', `has two statements with the Sid "${name}"`);
    seen.add(name);
  }
};

/** Reads one policy document (parsed JSON) and returns the policy under its name, or every mistake found in it. */
export const parsePolicy = (
  document: unknown,
  name: string,
): { readonly policy: Policy } | { readonly faults: PolicyFault[] } => {
  const faults: PolicyFault[] = [];
  const fault: Report = (path, message) => {
    faults.push({ path, message });
  };
  if (!isObject(document)) return { faults: [{ path: '', message: 'must be a policy document' }] };
  unknownMembers(document, DOCUMENT_MEMBERS, '', fault);
  const version = document.Version ?? '2008-10-17';
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    fault('Version', `must be one of ${VERSIONS.map((known) => `"${known}"`).join(', ')}`);
  }
  if (document.Statement === undefined) fault('Statement', 'is missing');
  const listed: unknown = document.Statement ?? [];
  const statements = (Array.isArray(listed) ? listed : [listed])
    .map((value, index) => parseStatement(value, `Statement[${index}]`, version === VERSION_WITH_VARIABLES, fault))
    .filter((statement) => statement !== undefined);
  repeatedNames(statements, fault);
  return faults.length > 0 ? { faults } : { policy: { name, statements } };
};
