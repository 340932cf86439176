// The judgement on a call: allowed, denied because nothing allows it, denied because something forbids it; and which
// statement decided.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { denialMessage, denialOf, type Judgement, judge } from './policy.ts';
import { type Policy, parsePolicy } from './policy-document.ts';
import { type ContextEntry, contextOf } from './request-context.ts';

const MESH = 'arn:aws:appmesh:us-east-1:111122223333:mesh/m';
const NODE = `${MESH}/virtualNode/n`;
const ACTION = 'appmesh:UpdateVirtualNode';

const policyOf = (document: unknown, name = 'p'): Policy => {
  const parsed = parsePolicy(document, name);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.policy;
};

const policy = (...statements: readonly Record<string, unknown>[]): Policy =>
  policyOf({ Version: '2012-10-17', Statement: statements });

const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource });
const deny = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Deny', Action, Resource });

const judged = (
  policies: readonly Policy[],
  resource = NODE,
  entries: readonly ContextEntry[] = [],
  action = ACTION,
): Judgement => judge(policies, { action, resource, context: contextOf(entries) });

const decided = (...asked: Parameters<typeof judged>) => judged(...asked).decision;

describe('judge', () => {
  test('denies what nothing allows', () => {
    expect(judged([])).toEqual({ decision: 'implicitDeny', action: ACTION, resource: NODE });
    expect(decided([policy(allow('appmesh:Describe*'))])).toBe('implicitDeny');
    expect(decided([policy()])).toBe('implicitDeny');
  });

  test.each(['*', 'appmesh:*', 'appmesh:Update*', 'APPMESH:updatevirtualnode', 'appmesh:UpdateVirtual????'])(
    'the action %s allows',
    (action) => {
      expect(decided([policy(allow(action))])).toBe('allowed');
    },
  );

  test.each([
    ['*', true],
    [NODE, true],
    [`${MESH}/*`, true],
    ['arn:aws:appmesh:*:*:mesh/m/virtualNode/?', true],
    ['arn:aws:appmesh:*', true],
    ['arn:aws:appmesh', true],
    [MESH, false],
    [NODE.toUpperCase().replace('ARN:AWS:APPMESH', 'arn:aws:appmesh'), false],
    ['arn:aws:appmesh:*:999999999999:mesh/m/virtualNode/n', false],
    ['arn:aws:ecs:*:*:*', false],
  ])('the resource %s covers a node: %s', (resource, covered) => {
    expect(decided([policy(allow('*', resource))])).toBe(covered ? 'allowed' : 'implicitDeny');
  });

  test('an explicit deny wins, wherever it stands', () => {
    expect(decided([policy(allow('*')), policy(deny('appmesh:Update*', NODE))])).toBe('explicitDeny');
    expect(decided([policy(deny('appmesh:Update*', NODE), allow('*'))])).toBe('explicitDeny');
  });

  test('names the statement that decided', () => {
    const read = policyOf({ Statement: [allow('appmesh:List*'), allow('*', MESH)] }, 'read');
    const write = policyOf({ Statement: [{ ...allow('appmesh:*'), Sid: 'Write' }] }, 'write');
    const never = policyOf({ Statement: [{ ...deny('*', `${MESH}/virtualNode/n`), Sid: 'Never' }] }, 'never');
    expect(judged([read, write])).toMatchObject({ decision: 'allowed', policy: 'write', statement: 'Write' });
    expect(judged([read, write], MESH)).toMatchObject({ policy: 'read', statement: 'Statement[1]' });
    expect(judged([write, never])).toMatchObject({ decision: 'explicitDeny', policy: 'never', statement: 'Never' });
    expect(judged([read])).not.toHaveProperty('statement');
  });

  test('a call on no resource in particular needs the resource *', () => {
    expect(decided([policy(allow('*', MESH))], '*')).toBe('implicitDeny');
    expect(decided([policy(allow('*', 'arn:*'))], '*')).toBe('implicitDeny');
    expect(decided([policy(allow('*'))], '*')).toBe('allowed');
  });

  test('NotAction and NotResource select everything else', () => {
    const all = policy({ Effect: 'Allow', NotAction: 'ram:*', NotResource: `${MESH}/virtualRouter/*` });
    expect(decided([all])).toBe('allowed');
    expect(decided([all], `${MESH}/virtualRouter/r`)).toBe('implicitDeny');
    expect(decided([all], NODE, [], 'ram:CreateResourceShare')).toBe('implicitDeny');
    const but = policy({ Effect: 'Deny', NotAction: ['appmesh:Describe*', 'appmesh:List*'], Resource: '*' });
    expect(decided([all, but])).toBe('explicitDeny');
    expect(decided([all, but], NODE, [], 'appmesh:DescribeVirtualNode')).toBe('allowed');
  });

  test('wildcards in a name that is asked for are plain characters', () => {
    expect(decided([policy(allow('*', `${MESH}/virtualService/a`))], `${MESH}/virtualService/*`)).toBe('implicitDeny');
  });

  test('a condition decides whether its statement counts', () => {
    const Condition = { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } };
    const here: readonly ContextEntry[] = [['aws:RequestedRegion', 'us-east-1']];
    const there: readonly ContextEntry[] = [['aws:RequestedRegion', 'eu-west-1']];
    const onlyHere = [policy({ ...allow('*'), Condition })];
    const notHere = [policy(allow('*'), { ...deny('*'), Condition })];
    expect([here, there, []].map((entries) => decided(onlyHere, NODE, entries))).toEqual([
      'allowed',
      'implicitDeny',
      'implicitDeny',
    ]);
    expect([here, there, []].map((entries) => decided(notHere, NODE, entries))).toEqual([
      'explicitDeny',
      'allowed',
      'allowed',
    ]);
    expect(decided([policy({ ...allow('*'), Condition: {} })])).toBe('allowed');
  });

  test('a variable names what is the caller’s own', () => {
    const own = 'arn:aws:appmesh:*:*:mesh/${aws:username}';
    const ann: readonly ContextEntry[] = [['AWS:UserName', 'ann']];
    const annsMesh = 'arn:aws:appmesh:us-east-1:111122223333:mesh/ann';
    expect(decided([policy(allow('*', own))], annsMesh, ann)).toBe('allowed');
    expect(decided([policy(allow('*', own))], MESH, ann)).toBe('implicitDeny');
    expect(decided([policy(allow('*'), deny('*', own))], annsMesh, ann)).toBe('explicitDeny');
    const old = policyOf({ Version: '2008-10-17', Statement: [allow('*', own)] });
    expect(decided([old], annsMesh, ann)).toBe('implicitDeny');
  });

  test('a variable that the request does not fill matches nothing, and never permits more', () => {
    const own = 'arn:aws:appmesh:*:*:mesh/${aws:username}';
    expect(decided([policy(allow('*', own))])).toBe('implicitDeny');
    expect(decided([policy(allow('*', [own, NODE]))])).toBe('allowed');
    expect(decided([policy(allow('*'), deny('*', own))], MESH)).toBe('allowed');
    expect(decided([policy({ Effect: 'Allow', Action: '*', NotResource: own })], MESH)).toBe('implicitDeny');
    expect(decided([policy(allow('*'), { Effect: 'Deny', Action: '*', NotResource: own })], MESH)).toBe('explicitDeny');
    expect(decided([policy(allow('*'), { Effect: 'Deny', Action: '*', NotResource: [own, MESH] })], MESH)).toBe(
      'allowed',
    );
  });

  test('a key with several values is no variable', () => {
    const several: readonly ContextEntry[] = [
      ['aws:TagKeys', 'm'],
      ['aws:TagKeys', 'x'],
    ];
    const resource = 'arn:aws:appmesh:*:*:mesh/${aws:TagKeys}';
    expect(decided([policy(allow('*', resource))], MESH, several)).toBe('implicitDeny');
    expect(decided([policy(allow('*', resource))], MESH, several.slice(0, 1))).toBe('allowed');
  });
});

const actions = fc.constantFrom('*', 'appmesh:*', 'appmesh:Update*', 'appmesh:List*', 'ram:*');
const resources = fc.constantFrom('*', NODE, MESH, `${MESH}/*`, 'arn:aws:appmesh:*:*:mesh/${aws:username}');
const conditions = fc.constantFrom(
  {},
  { Bool: { 'aws:SecureTransport': 'true' } },
  { StringNotEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
  { 'ForAllValues:StringLike': { 'aws:TagKeys': ['team', 'cost*'] } },
  { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' } },
  { Null: { 'aws:TagKeys': 'true' } },
);
const statement = fc
  .record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: actions, Resource: resources, Condition: conditions })
  .chain((one) =>
    fc.boolean().map((not): Record<string, unknown> => {
      const { Resource, ...rest } = one;
      return not ? { ...rest, NotResource: Resource } : one;
    }),
  );
const statements = fc.array(statement, { maxLength: 6 });
const contexts = fc.subarray<ContextEntry>([
  ['aws:SecureTransport', 'true'],
  ['aws:username', 'm'],
  ['aws:ResourceTag/team', 'blue'],
  ['aws:PrincipalTag/team', 'blue'],
  ['aws:TagKeys', 'team'],
  ['aws:TagKeys', 'owner'],
]);
const asked = fc.constantFrom(NODE, MESH, '*');

describe('whatever the policies', () => {
  property.prop([statements, statements, asked, contexts])(
    'their order and that of their statements do not matter',
    (some, more, resource, entries) => {
      const decision = decided([policy(...some), policy(...more)], resource, entries);
      expect(decided([policy(...more.toReversed(), ...some.toReversed())], resource, entries)).toBe(decision);
    },
  );

  property.prop([statements, statement, asked, contexts])(
    'one more deny never allows, one more allow never lifts a deny',
    (some, one, resource, entries) => {
      const before = decided([policy(...some)], resource, entries);
      const denied = decided([policy(...some, { ...one, Effect: 'Deny' })], resource, entries);
      const allowed = decided([policy(...some, { ...one, Effect: 'Allow' })], resource, entries);
      if (before !== 'allowed') expect(denied).not.toBe('allowed');
      if (before === 'explicitDeny') expect(allowed).toBe('explicitDeny');
      if (before === 'allowed') expect(allowed).toBe('allowed');
    },
  );

  property.prop([statements, asked, contexts])('a deny of everything always wins', (some, resource, entries) => {
    expect(decided([policy(...some, deny('*'))], resource, entries)).toBe('explicitDeny');
  });

  property.prop([statements, asked, contexts])('without an allow nothing is allowed', (some, resource, entries) => {
    const denies = some.map((one) => ({ ...one, Effect: 'Deny' }));
    expect(decided([policy(...denies)], resource, entries)).not.toBe('allowed');
  });
});

describe('a denial', () => {
  const judgement = (decision: Judgement['decision'], resource = MESH): Judgement => ({
    decision,
    action: 'appmesh:CreateMesh',
    resource,
  });

  test('of any resource ends the call, an explicit one first', () => {
    const all = [judgement('allowed', 'a'), judgement('implicitDeny', 'b'), judgement('explicitDeny', 'c')];
    expect(denialOf(all)?.resource).toBe('c');
    expect(denialOf(all.slice(0, 2))?.resource).toBe('b');
    expect(denialOf(all.slice(0, 1))).toBeUndefined();
  });

  test('is told in the words of AWS, without the statement', () => {
    const principal = 'arn:aws:iam::111122223333:user/u';
    expect(denialMessage(principal, judgement('implicitDeny'))).toBe(
      `User: ${principal} is not authorized to perform: appmesh:CreateMesh on resource: ${MESH} because no identity-based policy allows the appmesh:CreateMesh action`,
    );
    const secret = { ...judgement('explicitDeny'), policy: 'the-policy', statement: 'TheSid' };
    expect(denialMessage(principal, secret)).toMatch(/with an explicit deny in an identity-based policy$/);
    expect(denialMessage(principal, secret)).not.toMatch(/the-policy|TheSid/);
  });
});
