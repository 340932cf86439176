// A policy document as IAM holds it, which may say what is not understood here: an allowance that is not understood allows
// nothing, a denial that is not understood denies whatever it might be about.
import { type Policy, parsePolicy, type Statement } from '#identity/policy-document.ts';

/** Told of what was not understood: the statement's name with its policy's, and why. */
export type ReportStatement = (statement: string, reason: string) => void;

const deniesAll = { Effect: 'Deny', Action: '*', Resource: '*' };

export function policyOfIam(document: unknown, name: string, report: ReportStatement): Policy {
  const whole = parsePolicy(document, name);
  if ('policy' in whole) return whole.policy;
  const { Version, Statement } = isObject(document) ? document : {};
  const written: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  const statements = written.flatMap((statement, index): readonly Statement[] => {
    const alone = parsePolicy({ ...(Version !== undefined && { Version }), Statement: [statement] }, name);
    if ('policy' in alone) return alone.policy.statements;
    const reason = alone.faults.map(({ path, message }) => `${path} ${message}`).join('; ');
    report(`${name}, Statement[${index}]`, reason);
    return mayDeny(statement) ? denial(name) : [];
  });
  return { name, statements };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Other services' actions are asked of nobody here. */
function mayDeny(statement: unknown): boolean {
  if (!isObject(statement) || statement.Effect === 'Allow') return false;
  const actions = [statement.Action].flat();
  return actions.some((action) => typeof action !== 'string' || /^(\*|appmesh|ram|acm)/i.test(action));
}

function denial(name: string): readonly Statement[] {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: [deniesAll] }, name);
  if ('faults' in parsed) throw new Error('the denial of everything is not understood');
  return parsed.policy.statements;
}
