// The judgement on a call: allowed, denied because nothing allows it, denied because something forbids it.
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { authorize, denialMessage } from './policy.ts';
import { type Policy, parsePolicy } from './policy-document.ts';

const MESH = 'arn:aws:appmesh:us-east-1:111122223333:mesh/m';
const NODE = `${MESH}/virtualNode/n`;

const policyOf = (document: unknown): Policy => {
  const parsed = parsePolicy(document);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.policy;
};

const policy = (...statements: readonly Record<string, unknown>[]): Policy =>
  policyOf({ Version: '2012-10-17', Statement: statements });

const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource });
const deny = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Deny', Action, Resource });

const judge = (
  policies: readonly Policy[],
  resources: readonly string[] = [NODE],
  action = 'appmesh:UpdateVirtualNode',
) => authorize(policies, { action, resources });

const implicit = (resource: string) => ({ denied: 'implicit', action: 'appmesh:UpdateVirtualNode', resource });
const explicit = (resource: string) => ({ denied: 'explicit', action: 'appmesh:UpdateVirtualNode', resource });

describe('authorize', () => {
  test('denies what nothing allows', () => {
    expect(judge([])).toEqual(implicit(NODE));
    expect(judge([policy(allow('appmesh:Describe*'))])).toEqual(implicit(NODE));
  });

  test.each(['*', 'appmesh:*', 'appmesh:Update*', 'APPMESH:updatevirtualnode', 'appmesh:UpdateVirtual????'])(
    'the action %s allows',
    (action) => {
      expect(judge([policy(allow(action))])).toBe('allow');
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
    ['arn:aws:appmesh:us-*virtualNode/n', false],
    ['arn:aws:ecs:*:*:*', false],
  ])('the resource %s covers a node: %s', (resource, covered) => {
    expect(judge([policy(allow('*', resource))])).toEqual(covered ? 'allow' : implicit(NODE));
  });

  test('an explicit deny wins, wherever it stands', () => {
    expect(judge([policy(allow('*')), policy(deny('appmesh:Update*', NODE))])).toEqual(explicit(NODE));
    expect(judge([policy(deny('appmesh:Update*', NODE), allow('*'))])).toEqual(explicit(NODE));
  });

  test('every resource that is asked for must be allowed, and a deny of any of them is named first', () => {
    const policies = [policy(allow('*', `${MESH}/virtualNode/*`))];
    expect(judge(policies, [NODE, `${MESH}/virtualRouter/r`])).toEqual(implicit(`${MESH}/virtualRouter/r`));
    expect(judge([...policies, policy(deny('*', NODE))], [`${MESH}/virtualRouter/r`, NODE])).toEqual(explicit(NODE));
  });

  test('a call on no resource needs the resource *', () => {
    expect(judge([policy(allow('*', MESH))], [])).toEqual(implicit('*'));
    expect(judge([policy(allow('*'))], [])).toBe('allow');
  });

  test('NotAction and NotResource select everything else', () => {
    const all = policy({ Effect: 'Allow', NotAction: 'ram:*', NotResource: `${MESH}/virtualRouter/*` });
    expect(judge([all])).toBe('allow');
    expect(judge([all], [`${MESH}/virtualRouter/r`])).toEqual(implicit(`${MESH}/virtualRouter/r`));
    expect(authorize([all], { action: 'ram:CreateResourceShare', resources: [NODE] })).toMatchObject({
      denied: 'implicit',
    });
  });

  test('wildcards in a name that is asked for are plain characters', () => {
    const service = `${MESH}/virtualService/*`;
    expect(judge([policy(allow('*', `${MESH}/virtualService/a`))], [service])).toEqual(implicit(service));
  });

  test('a condition never allows, and makes a deny hold', () => {
    const Condition = { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } };
    expect(judge([policy({ ...allow('*'), Condition })])).toEqual(implicit(NODE));
    expect(judge([policy(allow('*'), { ...deny('*'), Condition })])).toEqual(explicit(NODE));
    expect(judge([policy({ ...allow('*'), Condition: {} })])).toBe('allow');
  });

  test('a policy variable never allows, and makes a deny hold for any resource', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, as IAM writes it
    const own = 'arn:aws:appmesh:*:*:mesh/${aws:username}';
    expect(judge([policy(allow('*', [own, '*']))])).toEqual(implicit(NODE));
    expect(judge([policy(allow('*'), deny('*', own))])).toEqual(explicit(NODE));
    const old = policyOf({ Version: '2008-10-17', Statement: [allow('*', '*'), deny('*', own)] });
    expect(judge([old])).toBe('allow');
  });

  const actions = fc.constantFrom('*', 'appmesh:*', 'appmesh:Update*', 'appmesh:List*', 'ram:*');
  const resources = fc.constantFrom('*', NODE, MESH, `${MESH}/*`, 'arn:aws:appmesh:*:*:mesh/other');
  const statements = fc.array(
    fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: actions, Resource: resources }),
    { maxLength: 6 },
  );

  property.prop([statements, statements])('the order of policies and statements does not matter', (some, more) => {
    const verdict = judge([policy(...some), policy(...more)]);
    expect(judge([policy(...more.toReversed(), ...some.toReversed())])).toEqual(verdict);
  });

  property.prop([statements, actions, resources])('one more deny never allows', (some, Action, Resource) => {
    const before = judge([policy(...some)]);
    const after = judge([policy(...some, deny(Action, Resource))]);
    expect(after === 'allow' && before !== 'allow').toBe(false);
  });
});

test('a denial is told in the words of AWS', () => {
  const principal = 'arn:aws:iam::111122223333:user/u';
  expect(denialMessage(principal, { denied: 'implicit', action: 'appmesh:CreateMesh', resource: MESH })).toBe(
    `User: ${principal} is not authorized to perform: appmesh:CreateMesh on resource: ${MESH} because no identity-based policy allows the appmesh:CreateMesh action`,
  );
  expect(denialMessage(principal, { denied: 'explicit', action: 'appmesh:CreateMesh', resource: MESH })).toContain(
    'with an explicit deny',
  );
});
