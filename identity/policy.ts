// May this caller do that? The evaluation of IAM policies: what is not allowed is denied, an explicit deny wins.
// Conditions and policy variables are not evaluated: a statement that holds one never allows, and denies whenever
// the rest of it fits, so that what cannot be judged can only take permissions away.
import type { Policy, Selection, Statement } from './policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

/** What is asked: one action (`appmesh:CreateMesh`) on every one of these resources (ARNs; none means `*`). */
export interface AccessRequest {
  readonly action: string;
  readonly resources: readonly string[];
}

/** `implicit`: no statement allows it; `explicit`: a statement denies it. Names the first resource refused. */
export interface Denial {
  readonly denied: 'implicit' | 'explicit';
  readonly action: string;
  readonly resource: string;
}

// arn:partition:service:region:account:resource; the last part may hold colons of its own.
const ARN_PARTS = 6;

const splitArn = (arn: string): readonly string[] => {
  const parts = arn.split(':');
  return [
    ...parts.slice(0, ARN_PARTS - 1),
    ...(parts.length >= ARN_PARTS ? [parts.slice(ARN_PARTS - 1).join(':')] : []),
  ];
};

// IAM user guide, "IAM JSON policy elements: Resource": a wildcard stays within its part of the ARN, and parts
// that an incomplete ARN leaves out are completed with `*`.
const matchesArn = (pattern: string, resource: string): boolean => {
  if (pattern === '*') return true;
  const parts = splitArn(resource);
  const patterns = splitArn(pattern);
  return parts.length === ARN_PARTS && parts.every((part, index) => matchesWildcard(patterns[index] ?? '*', part));
};

const matchesAction = (pattern: string, action: string): boolean =>
  matchesWildcard(pattern.toLowerCase(), action.toLowerCase());

const selects = (
  { patterns, inverted }: Selection,
  asked: string,
  matches: (pattern: string, asked: string) => boolean,
): boolean => patterns.some((pattern) => matches(pattern, asked)) !== inverted;

const denies = (statement: Statement, resource: string): boolean =>
  statement.effect === 'Deny' && (statement.variable || selects(statement.resources, resource, matchesArn));

const allows = (statement: Statement, resource: string): boolean =>
  statement.effect === 'Allow' && !statement.conditional && selects(statement.resources, resource, matchesArn);

/** Judges one request by all policies of the caller together. */
export const authorize = (policies: readonly Policy[], { action, resources }: AccessRequest): 'allow' | Denial => {
  const statements = policies
    .flatMap((policy) => policy.statements)
    .filter((statement) => selects(statement.actions, action, matchesAction));
  const asked = resources.length > 0 ? resources : ['*'];
  const forbidden = asked.find((resource) => statements.some((statement) => denies(statement, resource)));
  if (forbidden !== undefined) return { denied: 'explicit', action, resource: forbidden };
  const unlisted = asked.find((resource) => !statements.some((statement) => allows(statement, resource)));
  return unlisted === undefined ? 'allow' : { denied: 'implicit', action, resource: unlisted };
};

/** The sentence with which AWS refuses such a call; `principal` is the caller's ARN. */
export const denialMessage = (principal: string, { denied, action, resource }: Denial): string =>
  `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${
    denied === 'explicit'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  }`;
