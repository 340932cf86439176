// May this caller do that? The evaluation of IAM policies: what is not allowed is denied, an explicit deny wins. Every
// judgement names the statement that made it, for the log; the caller is told no more than AWS tells.
import { type ArnPattern, matchesArn } from './arn-pattern.ts';
import { hold } from './condition.ts';
import type { Policy, Selection, Statement } from './policy-document.ts';
import type { LookUp } from './policy-template.ts';
import type { RequestContext } from './request-context.ts';
import { matchesPattern, type Pattern } from './wildcard.ts';

/** What is asked: one action (`appmesh:CreateMesh`) on one resource (an ARN; `*` when it is on none in particular). */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** In the words of IAM's own simulator. `implicitDeny`: no statement allows it; `explicitDeny`: a statement denies it. */
export interface Judgement {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  readonly action: string;
  readonly resource: string;
  /** The statement that decided: its policy's name and its own. None allowed or denied: there is none. */
  readonly policy?: string;
  readonly statement?: string;
  /** The caller's permissions boundary refused what its policies allow. */
  readonly beyondBoundary?: true;
}

const selectsAction = ({ patterns, inverted }: Selection<Pattern>, action: string): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, action)) !== inverted;

// A variable that the request does not fill matches nothing (IAM user guide, "IAM policy elements: Variables and
// tags"); under NotResource, where that would give the most, the effect that permits less is taken.
const selectsResource = (
  { patterns, inverted }: Selection<ArnPattern>,
  resource: string,
  lookUp: LookUp,
  effect: Statement['effect'],
): boolean =>
  inverted
    ? !patterns.some((pattern) => matchesArn(pattern, resource, lookUp) ?? effect === 'Allow')
    : patterns.some((pattern) => matchesArn(pattern, resource, lookUp) === true);

/** Judges one request by all policies of the caller together. */
export const judge = (policies: readonly Policy[], { action, resource, context }: AccessRequest): Judgement => {
  const lowerAction = action.toLowerCase();
  // A key with several values cannot be a variable.
  const lookUp: LookUp = (key) => {
    const [value, ...more] = context.valuesOf(key) ?? [];
    return more.length > 0 ? undefined : value;
  };
  const fits = ({ effect, actions, resources, conditions }: Statement): boolean =>
    selectsAction(actions, lowerAction) &&
    selectsResource(resources, resource, lookUp, effect) &&
    hold(conditions, context, lookUp, effect);
  const decisive = (effect: Statement['effect']) => {
    for (const { name: policy, statements } of policies) {
      const statement = statements.find((one) => one.effect === effect && fits(one));
      if (statement !== undefined) return { policy, statement: statement.name };
    }
    return undefined;
  };
  const denying = decisive('Deny');
  if (denying !== undefined) return { decision: 'explicitDeny', action, resource, ...denying };
  const allowing = decisive('Allow');
  return allowing === undefined
    ? { decision: 'implicitDeny', action, resource }
    : { decision: 'allowed', action, resource, ...allowing };
};

/**
 * The same where a permissions boundary may be set: what its policies allow, it must allow as well (IAM user guide,
 * "Permissions boundaries for IAM entities").
 */
export const judgeWithin = (
  boundary: readonly Policy[] | undefined,
  policies: readonly Policy[],
  request: AccessRequest,
): Judgement => {
  const judgement = judge(policies, request);
  if (boundary === undefined || judgement.decision === 'explicitDeny') return judgement;
  const limit = judge(boundary, request);
  if (limit.decision === 'explicitDeny') return limit;
  return limit.decision === 'implicitDeny' && judgement.decision === 'allowed'
    ? { ...limit, beyondBoundary: true }
    : judgement;
};

/** The judgement that a call ends with, if any: every one must allow it, and an explicit deny is named first. */
export const denialOf = (judgements: readonly Judgement[]): Judgement | undefined =>
  judgements.find(({ decision }) => decision === 'explicitDeny') ??
  judgements.find(({ decision }) => decision === 'implicitDeny');

/** The sentence with which AWS refuses such a call; `principal` is the caller's ARN. */
export const denialMessage = (principal: string, judgement: Judgement): string => {
  const { decision, action, resource, beyondBoundary } = judgement;
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${
    decision === 'explicitDeny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no ${beyondBoundary ? 'permissions boundary' : 'identity-based policy'} allows the ${action} action`
  }`;
};
