// The Condition element of a statement: read when the policy is loaded, judged for each request. All of it must hold:
// every operator, and every key under an operator.
import { type ConditionOperator, parseConditionOperator } from './condition-operator.ts';
import type { ConditionTest } from './condition-test.ts';
import type { LookUp } from './policy-template.ts';
import type { RequestContext } from './request-context.ts';

/** One key under one operator. */
export interface Condition {
  readonly operator: ConditionOperator;
  readonly key: string;
  /** One for each value in the policy; for `Null` they are asked whether the key is absent. */
  readonly tests: readonly ConditionTest[];
}

/** A judgement depends on the effect where the documents leave it open: then it is the one that permits less. */
type Effect = 'Allow' | 'Deny';

type Report = (path: string, message: string) => void;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAbsent: ConditionTest = (actual) => actual === 'true';
const isPresent: ConditionTest = (actual) => actual === 'false';

const readNull = (expected: string): ConditionTest | { readonly fault: string } => {
  const wanted = expected.toLowerCase();
  if (wanted === 'true') return isAbsent;
  return wanted === 'false' ? isPresent : { fault: `"${expected}" must be "true" or "false"` };
};

/** Reads the element; `variables` says whether the policy's version has any. Each mistake is reported by its path. */
export const parseConditions = (element: unknown, path: string, variables: boolean, fault: Report): Condition[] => {
  if (!isObject(element)) {
    fault(path, 'must be an object');
    return [];
  }

  const testsOf = (operator: ConditionOperator, values: unknown, at: string): ConditionTest[] => {
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    if (list.length === 0) fault(at, 'must not be an empty list');
    return list.flatMap((value) => {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        fault(at, 'must be a string, a number, a boolean or a list of them');
        return [];
      }
      const read = operator.test === 'Null' ? readNull : operator.test;
      const test = read(String(value), variables);
      if (typeof test === 'function') return [test];
      fault(at, test.fault);
      return [];
    });
  };

  return Object.entries(element).flatMap(([name, keys]) => {
    const at = `${path}.${name}`;
    const operator = parseConditionOperator(name);
    if (operator === undefined) {
      fault(at, 'is not a condition operator');
      return [];
    }
    if (!isObject(keys)) {
      fault(at, 'must be an object of condition keys');
      return [];
    }
    return Object.entries(keys).map(([key, values]) => {
      if (!/^[^\s:]+:\S/.test(key)) fault(`${at}.${key}`, 'must be a condition key, as aws:SourceIp');
      return { operator, key, tests: testsOf(operator, values, `${at}.${key}`) };
    });
  });
};

const holdsOne = ({ operator, key, tests }: Condition, context: RequestContext, lookUp: LookUp, effect: Effect) => {
  const values = context.valuesOf(key);
  const { test, negated, quantifier, ifExists } = operator;
  if (test === 'Null') return tests.some((wanted) => wanted(String(values === undefined), lookUp));
  if (values === undefined) {
    if (ifExists) return true;
    return quantifier === undefined ? negated : quantifier === 'all';
  }
  // "If the key values resolve to an empty data set, such as an empty string", a set operator sees no value.
  if (quantifier !== undefined && values.every((value) => value === '')) return quantifier === 'all';
  // Values in a policy are alternatives; for a negated operator none of them may match.
  const passes = (value: string): boolean =>
    negated
      ? !tests.some((matches) => matches(value, lookUp) ?? effect === 'Allow')
      : tests.some((matches) => matches(value, lookUp) === true);
  const all = quantifier === undefined ? effect === 'Allow' : quantifier === 'all';
  return all ? values.every(passes) : values.some(passes);
};

/** Says whether all conditions hold in a request. */
export const hold = (
  conditions: readonly Condition[],
  context: RequestContext,
  lookUp: LookUp,
  effect: Effect,
): boolean => conditions.every((condition) => holdsOne(condition, context, lookUp, effect));
