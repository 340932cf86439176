// The names of condition operators, taken apart: `ForAllValues:StringNotLikeIfExists` is a quantifier, a test that is
// negated, and what to think of a key that the request does not have.
import { conditionTests, type ReadTest } from './condition-test.ts';

export interface ConditionOperator {
  /** `Null` asks whether the request has the key at all. */
  readonly test: ReadTest | 'Null';
  readonly negated: boolean;
  /** All values of the key in the request, or any of them; without it the key is meant to have one. */
  readonly quantifier?: 'all' | 'any';
  readonly ifExists: boolean;
}

/** What each negated operator is the contrary of. */
const NEGATIONS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

// IAM does not tell upper from lower case in the names of operators.
const known = new Map<string, Pick<ConditionOperator, 'test' | 'negated'>>(
  [
    ...Object.entries(conditionTests).map(([name, test]) => [name, { test, negated: false }] as const),
    ...Object.entries(NEGATIONS).map(([name, of]) => [name, { test: testNamed(of), negated: true }] as const),
  ].map(([name, operator]) => [name.toLowerCase(), operator]),
);

function testNamed(name: string): ReadTest {
  const test = conditionTests[name];
  if (test === undefined) throw new Error(`there is no operator ${name}`);
  return test;
}

const NAME = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/;

/** Reads an operator's name; undefined when IAM has no such operator. */
export const parseConditionOperator = (name: string): ConditionOperator | undefined => {
  const lower = name.toLowerCase();
  if (lower === 'null') return { test: 'Null', negated: false, ifExists: false };
  const [, set, base = '', suffix] = NAME.exec(lower) ?? [];
  const operator = known.get(base);
  if (operator === undefined) return undefined;
  const quantifier = set && ({ quantifier: set === 'forallvalues' ? 'all' : 'any' } as const);
  return { ...operator, ...quantifier, ifExists: suffix !== undefined };
};
