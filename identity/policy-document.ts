// An IAM policy document, read once and checked: from the JSON that people write to the statements that
// policy.ts judges. A document with a mistake is found when it is loaded, never while a call waits.

/** What a statement says of actions or resources: `listed` ones, or every one but those (NotAction, NotResource). */
export interface Selection {
  readonly patterns: readonly string[];
  readonly inverted: boolean;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  readonly resources: Selection;
  /** True when the statement depends on a Condition or a policy variable, which nothing here evaluates. */
  readonly conditional: boolean;
  /** True when a policy variable (`${aws:username}`) stands in a resource: what it names is unknown. */
  readonly variable: boolean;
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** One mistake: `path` names the member (`Statement[0].Effect`), `message` says what is wrong with it. */
export interface PolicyFault {
  readonly path: string;
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;

const DOCUMENT_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
// Policy variables exist since this version of the language; before it `${` is plain text.
const VERSION_WITH_VARIABLES = '2012-10-17';
const VERSIONS = [VERSION_WITH_VARIABLES, '2008-10-17'];
const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one policy document (parsed JSON) and returns the policy, or every mistake found in it. */
export const parsePolicy = (document: unknown): { readonly policy: Policy } | { readonly faults: PolicyFault[] } => {
  const faults: PolicyFault[] = [];
  const fault = (path: string, message: string): void => {
    faults.push({ path, message });
  };

  const unknownMembers = (members: Members, known: readonly string[], at: string): void => {
    for (const name of Object.keys(members)) {
      if (!known.includes(name)) fault(`${at}${name}`, 'is not a member of an identity-based policy');
    }
  };

  const strings = (value: unknown, path: string): readonly string[] => {
    const list = Array.isArray(value) ? value : [value];
    if (list.length === 0) fault(path, 'must not be an empty list');
    const texts = list.filter((entry) => typeof entry === 'string');
    if (texts.length < list.length) fault(path, 'must be a string or a list of strings');
    return texts;
  };

  const selection = (statement: Members, name: 'Action' | 'Resource', at: string): Selection => {
    const inverted = statement[`Not${name}`] !== undefined;
    const member = inverted ? `Not${name}` : name;
    if (inverted && statement[name] !== undefined) {
      fault(`${at}${name}`, `must not stand beside ${member}`);
    } else if (statement[member] === undefined) {
      fault(`${at}${name}`, `is missing (or Not${name})`);
      return { patterns: [], inverted };
    }
    return { patterns: strings(statement[member], `${at}${member}`), inverted };
  };

  const parseStatement = (value: unknown, path: string, withVariables: boolean): Statement | undefined => {
    if (!isObject(value)) {
      fault(path, 'must be an object');
      return undefined;
    }
    const at = `${path}.`;
    unknownMembers(value, STATEMENT_MEMBERS, at);
    const effect = value.Effect;
    if (effect !== 'Allow' && effect !== 'Deny') fault(`${at}Effect`, 'must be "Allow" or "Deny"');
    const actions = selection(value, 'Action', at);
    for (const action of actions.patterns) {
      if (!ACTION.test(action)) fault(`${at}Action`, `"${action}" must be "*" or "service:Action"`);
    }
    const resources = selection(value, 'Resource', at);
    for (const resource of resources.patterns) {
      if (resource !== '*' && !resource.startsWith('arn:')) {
        fault(`${at}Resource`, `"${resource}" must be "*" or an ARN`);
      }
    }
    const condition = value.Condition;
    if (condition !== undefined && !isObject(condition)) fault(`${at}Condition`, 'must be an object');
    const variable = withVariables && resources.patterns.some((pattern) => pattern.includes('${'));
    const conditional = variable || (isObject(condition) && Object.keys(condition).length > 0);
    return { effect: effect === 'Allow' ? 'Allow' : 'Deny', actions, resources, conditional, variable };
  };

  if (!isObject(document)) return { faults: [{ path: '', message: 'must be a policy document' }] };
  unknownMembers(document, DOCUMENT_MEMBERS, '');
  const version = document.Version ?? '2008-10-17';
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    fault('Version', `must be one of ${VERSIONS.map((known) => `"${known}"`).join(', ')}`);
  }
  if (document.Statement === undefined) fault('Statement', 'is missing');
  const listed = document.Statement ?? [];
  const statements = (Array.isArray(listed) ? listed : [listed])
    .map((value, index) => parseStatement(value, `Statement[${index}]`, version === VERSION_WITH_VARIABLES))
    .filter((statement) => statement !== undefined);
  return faults.length > 0 ? { faults } : { policy: { statements } };
};
