// The policies of callers on AWS: their own, as IAM has them, so that a user's existing `appmesh:` policies keep their
// meaning. Kept for a minute; when IAM cannot be read, nobody is let through.
import type { Actor, Tag } from '#events/event.ts';
import type { Policy } from '#identity/policy-document.ts';
import { recent } from '#store/recent.ts';
import type { PolicySource } from '../authorize.ts';
import { Refused } from '../refused.ts';
import { policyOfIam, type ReportStatement } from './iam-document.ts';
import { iamPrincipal } from './iam-principal.ts';
import type { IamDocument, IamHoldings, IamReader } from './iam-reader.ts';

export interface IamPoliciesParts {
  readonly reader: IamReader;
  /** Whose IAM is read. */
  readonly account: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onTrouble: (what: string, trouble: unknown) => void;
}

interface Known {
  readonly policies: readonly Policy[];
  readonly boundary?: readonly Policy[];
  readonly tags: readonly Tag[];
}

const lifetime = 60_000;
const mostPrincipals = 10_000;

const everything = {
  name: 'account',
  document: { Version: '2012-10-17', Statement: { Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' } },
};
const nothing: IamHoldings = { policies: [], tags: [] };
const gone = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchEntityException';

export function iamPolicies({ reader, account, now, onTrouble }: IamPoliciesParts): PolicySource {
  const kept = recent<{ readonly until: number; readonly known: Promise<Known> }>(mostPrincipals);
  const report: ReportStatement = (statement, reason) =>
    onTrouble(`the policy statement ${statement} is not understood: it allows nothing, and denies all it may`, reason);
  const policy = ({ name, document }: IamDocument) => policyOfIam(document, name, report);

  function holdings({ accountId, arn }: Actor): Promise<IamHoldings> | IamHoldings {
    // Another account's policies cannot be read: the API's resource policy and that account's `execute-api` permissions
    // let it this far, and the rules of ownership and sharing hold.
    if (accountId !== account) return { policies: [everything], tags: [] };
    const principal = iamPrincipal(arn);
    switch (principal.kind) {
      case 'root':
        return { policies: [everything], tags: [] };
      case 'user':
        return reader.user(principal.name);
      case 'role':
        return reader.role(principal.name);
      case 'unknown':
        return nothing;
    }
  }

  /** A policy may have gone between the list that names it and the look at it: then all is read again, once. */
  async function held(caller: Actor): Promise<IamHoldings> {
    try {
      return await holdings(caller);
    } catch (error) {
      if (!gone(error)) throw error;
      return holdings(caller);
    }
  }

  async function load(caller: Actor): Promise<Known> {
    try {
      const { policies, boundary, tags } = await held(caller);
      return { policies: policies.map(policy), ...(boundary && { boundary: [policy(boundary)] }), tags };
    } catch (error) {
      if (gone(error)) return { policies: [], tags: [] };
      onTrouble(`the policies of ${caller.arn}`, error);
      const reason = 'The policies of the caller cannot be read from IAM now';
      throw new Refused({ refused: 'unavailable', reason }, error);
    }
  }

  function known(caller: Actor): Promise<Known> {
    const key = `${caller.accountId} ${caller.arn}`;
    const held = kept.get(key);
    if (held !== undefined && now() < held.until) return held.known;
    const loading = load(caller);
    kept.set(key, { until: now() + lifetime, known: loading });
    // The next call asks again.
    loading.catch(() => {
      if (kept.get(key)?.known === loading) kept.delete(key);
    });
    return loading;
  }

  return {
    policiesOf: async (caller) => (await known(caller)).policies,
    boundaryOf: async (caller) => (await known(caller)).boundary,
    tagsOf: async (caller) => (await known(caller)).tags,
  };
}
