// How one value of a condition in a policy is compared with one value in the request, for each operator of IAM. Values
// are read when the policy is loaded: IAM user guide, "IAM JSON policy elements: Condition operators".
import { BlockList, isIP } from 'node:net';
import { matchesArn, parseArnPattern } from './arn-pattern.ts';
import { fill, type LookUp, parseTemplate, type TemplateForm } from './policy-template.ts';
import { matchesPattern } from './wildcard.ts';

/** Compares a value of the request; undefined when a variable of the policy is not filled. */
export type ConditionTest = (actual: string, lookUp: LookUp) => boolean | undefined;

/** Reads a value of the policy, with variables in it or not; `fault` says what is wrong with it. */
export type ReadTest = (expected: string, variables: boolean) => ConditionTest | { readonly fault: string };

const text =
  (form: Pick<TemplateForm, 'wildcards'>, fold: (text: string) => string = (same) => same): ReadTest =>
  (expected, variables) => {
    const template = parseTemplate(expected, { ...form, variables });
    if ('fault' in template) return template;
    return (actual, lookUp) => {
      const pattern = fill(template, lookUp);
      const folded = pattern?.map((unit) => (typeof unit === 'string' ? fold(unit) : unit));
      return folded && matchesPattern(folded, fold(actual));
    };
  };

const arn: ReadTest = (expected, variables) => {
  const pattern = parseArnPattern(expected, variables);
  if ('fault' in pattern) return pattern;
  return (actual, lookUp) => matchesArn(pattern, actual, lookUp);
};

type Compare = (actual: number, expected: number) => boolean;

/** Numbers and times: what cannot be read in a request fits nothing. */
const ordered =
  (read: (written: string) => number | undefined, meant: string) =>
  (compare: Compare): ReadTest =>
  (written) => {
    const expected = read(written);
    if (expected === undefined) return { fault: `"${written}" must be ${meant}` };
    return (value) => {
      const actual = read(value);
      return actual !== undefined && compare(actual, expected);
    };
  };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const numberOf = (written: string): number | undefined => (NUMBER.test(written) ? Number(written) : undefined);

// The profile of ISO 8601 in https://www.w3.org/TR/NOTE-datetime; a day without time is its beginning, UTC.
const W3C = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/** Milliseconds of the epoch. Four digits are a year, other numbers are seconds of the epoch. */
const timeOf = (written: string): number | undefined => {
  if (!W3C.test(written)) return /^\d+(\.\d+)?$/.test(written) ? Number(written) * 1000 : undefined;
  const time = Date.parse(written);
  return Number.isNaN(time) ? undefined : time;
};

const numeric = ordered(numberOf, 'a number');
const date = ordered(timeOf, 'a time: ISO 8601 as 2026-01-31T12:00:00Z, or seconds of the epoch');

const equal: Compare = (actual, expected) => actual === expected;
const less: Compare = (actual, expected) => actual < expected;
const lessOrEqual: Compare = (actual, expected) => actual <= expected;
const greater: Compare = (actual, expected) => actual > expected;
const greaterOrEqual: Compare = (actual, expected) => actual >= expected;

const lowerCase = (written: string): string => written.toLowerCase();

const boolean: ReadTest = (expected, variables) =>
  /^(true|false)$/i.test(expected) || (variables && expected.includes('${'))
    ? text({ wildcards: false }, lowerCase)(expected, variables)
    : { fault: `"${expected}" must be "true" or "false"` };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const binary: ReadTest = (expected) =>
  BASE64.test(expected)
    ? (actual) => Buffer.from(expected, 'base64').equals(Buffer.from(actual, 'utf8'))
    : { fault: `"${expected}" must be base64` };

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined => {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
};

const ipAddress: ReadTest = (expected) => {
  const [address = '', written, ...rest] = expected.split('/');
  const family = familyOf(address);
  const longest = family === 'ipv4' ? 32 : 128;
  const prefix = written === undefined ? longest : /^\d{1,3}$/.test(written) ? Number(written) : Number.NaN;
  if (family === undefined || rest.length > 0 || !(prefix <= longest)) {
    return { fault: `"${expected}" must be an IP address or a range of them, as 203.0.113.0/24` };
  }
  const range = new BlockList();
  range.addSubnet(address, prefix, family);
  return (actual) => {
    const actualFamily = familyOf(actual);
    return actualFamily !== undefined && range.check(actual, actualFamily);
  };
};

/** The test of each operator that asks for a match, by the operator's name. */
export const conditionTests: Readonly<Record<string, ReadTest>> = {
  StringEquals: text({ wildcards: false }),
  StringEqualsIgnoreCase: text({ wildcards: false }, lowerCase),
  StringLike: text({ wildcards: true }),
  NumericEquals: numeric(equal),
  NumericLessThan: numeric(less),
  NumericLessThanEquals: numeric(lessOrEqual),
  NumericGreaterThan: numeric(greater),
  NumericGreaterThanEquals: numeric(greaterOrEqual),
  DateEquals: date(equal),
  DateLessThan: date(less),
  DateLessThanEquals: date(lessOrEqual),
  DateGreaterThan: date(greater),
  DateGreaterThanEquals: date(greaterOrEqual),
  Bool: boolean,
  BinaryEquals: binary,
  IpAddress: ipAddress,
  ArnEquals: arn,
  ArnLike: arn,
};
