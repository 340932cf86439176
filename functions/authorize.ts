// May the caller do this, by its policies? Asked of every call before anything about the mesh is told.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Actor, Tag } from '#events/event.ts';
import { denialMessage, denialOf, type Judgement, judgeWithin } from '#identity/policy.ts';
import type { Policy } from '#identity/policy-document.ts';
import { type ContextEntry, contextOf, resourceEntries, tagEntries } from '#identity/request-context.ts';
import { callerOf } from './caller.ts';
import { requestEntries } from './context.ts';
import { Refused } from './refused.ts';

/** Where a caller's policies come from: the credentials file when embedded, IAM on AWS. */
export interface PolicySource {
  policiesOf(caller: Actor): Promise<readonly Policy[]>;
  /** The permissions boundary; absent or undefined when none is set. */
  boundaryOf?(caller: Actor): Promise<readonly Policy[] | undefined>;
  /** The tags of the principal; absent where nobody knows them. */
  tagsOf?(caller: Actor): Promise<readonly Tag[]>;
}

/** A judgement as the log holds it: which statement of the caller's policies decided, and in which request. */
export interface Decision extends Judgement {
  readonly requestId: string;
  readonly caller: Actor;
}

export interface AuthorizationParts {
  readonly policies: PolicySource;
  readonly region: string;
  /** Told of every judgement, one a resource. */
  readonly decisions?: (decision: Decision) => void;
}

/** A resource that a call is about: its ARN (`*`: none in particular), its tags as far as the caller may see them. */
export interface AskedResource {
  readonly arn: string;
  readonly tags?: readonly Tag[];
}

/** An action that the caller must be allowed to do on all of these resources. */
export interface Demand {
  readonly action: string;
  readonly resources: readonly AskedResource[];
}

/**
 * Ends the call with `AccessDeniedException` unless the caller's policies allow each action on all its resources.
 * `entries` are the condition keys that only this call has (the tags in it).
 */
export async function demand(
  { policies: source, region, decisions }: AuthorizationParts,
  event: APIGatewayProxyEvent,
  demands: readonly Demand[],
  entries: readonly ContextEntry[] = [],
): Promise<void> {
  const caller = callerOf(event);
  const [policies, boundary, tags] = await Promise.all([
    source.policiesOf(caller),
    source.boundaryOf?.(caller),
    source.tagsOf?.(caller) ?? [],
  ]);
  const contextOn = (arn: string, own: readonly Tag[]) => () => [
    ...requestEntries(event, region),
    ...tagEntries('aws:PrincipalTag', tags),
    ...entries,
    ...resourceEntries(arn, own),
  ];
  const judgements = demands.flatMap(({ action, resources }) =>
    resources.map(({ arn, tags: own = [] }) =>
      judgeWithin(boundary, policies, { action, resource: arn, context: contextOf(contextOn(arn, own)) }),
    ),
  );
  const { requestId } = event.requestContext;
  for (const judgement of judgements) decisions?.({ requestId, caller, ...judgement });
  const denial = denialOf(judgements);
  if (denial === undefined) return;
  throw new Refused({ name: 'AccessDeniedException', status: 403, message: denialMessage(caller.arn, denial) });
}
