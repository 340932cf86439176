// Names, keys and ARNs: each can be read back, and none reads as another's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountStream, arnOf, keyOf, meshOfStream, meshStream, parseArn, type ResourceRef, refOf } from './names.ts';
import { parseResource } from './resource-text.ts';

const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
const ref: fc.Arbitrary<ResourceRef> = fc.oneof(
  fc.constant<ResourceRef>({ kind: 'mesh', name: '' }),
  fc.record({ kind: fc.constantFrom('virtualNode', 'virtualRouter', 'virtualService', 'virtualGateway'), name }),
  fc.record({ kind: fc.constantFrom('route', 'gatewayRoute'), name, parent: name }),
);
const region = fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1');
const arn = fc.record({ region, account: fc.stringMatching(/^\d{12}$/), meshName: name, key: ref.map(keyOf) });

describe('a key', () => {
  test('reads back as the resource that it was made of', () => {
    fc.assert(fc.property(ref, (one) => void expect(refOf(keyOf(one))).toEqual(one)));
  });

  test.each(['', 'mesh/x', 'virtualNode', 'virtualNode/', 'node/x', 'virtualNode/a/route/b', 'virtualRouter/a/route/'])(
    'is not %j',
    (text) => expect(refOf(text)).toBeUndefined(),
  );

  test.each(['route/x', 'virtualRouter/a/gatewayRoute/b', 'virtualRouter/a/route/b/c', 'constructor/x'])(
    'is not %j either',
    (text) => expect(refOf(text)).toBeUndefined(),
  );

  test('of a name with a slash is never that of another resource', () => {
    fc.assert(
      fc.property(ref, (real) => {
        const [kind, ...rest] = keyOf(real).split('/');
        fc.pre(rest.length > 1);
        const asked = { kind: kind as ResourceRef['kind'], name: rest.join('/') };
        expect(keyOf(asked)).not.toBe(keyOf(real));
        expect(refOf(keyOf(asked))).toBeUndefined();
      }),
    );
  });
});

describe('an ARN', () => {
  test('reads back as what it names', () => {
    fc.assert(fc.property(arn, (one) => void expect(parseArn(arnOf(one))).toEqual(one)));
  });

  test('has the partition of its region', () => {
    const at = (where: string) => arnOf({ region: where, account: '111111111111', meshName: 'm', key: 'mesh' });
    expect(at('eu-west-1')).toBe('arn:aws:appmesh:eu-west-1:111111111111:mesh/m');
    expect(at('cn-north-1')).toMatch(/^arn:aws-cn:/);
    expect(at('us-gov-east-1')).toMatch(/^arn:aws-us-gov:/);
  });

  test.each([
    'arn:aws:appmesh:us-east-1:1111:mesh/m',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/m/',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/m/mesh',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/m/virtualNode/',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/m/virtualNode/a/b',
    'arn:aws-cn:appmesh:us-east-1:111111111111:mesh/m',
    'arn:aws:ecs:us-east-1:111111111111:mesh/m',
    'arn:aws:appmesh:us-east-1:111111111111:mesh/m\n',
    ' arn:aws:appmesh:us-east-1:111111111111:mesh/m',
    'mesh/m',
    '',
  ])('is not %j', (text) => expect(parseArn(text)).toBeUndefined());
});

describe('a resource as people write it', () => {
  test.each([
    ['mesh/m/virtualNode/n', { meshName: 'm', key: 'virtualNode/n' }],
    ['mesh/m', { meshName: 'm', key: 'mesh' }],
    ['mesh/m@222222222222/virtualGateway/g', { meshName: 'm', key: 'virtualGateway/g', meshOwner: '222222222222' }],
    [
      'arn:aws:appmesh:us-east-1:333333333333:mesh/m/virtualNode/n',
      { meshName: 'm', key: 'virtualNode/n', account: '333333333333', region: 'us-east-1' },
    ],
  ])('%s', (text, expected) => expect(parseResource(text)).toEqual(expected));

  test.each([
    'mesh',
    'mesh/',
    'mesh/m/mesh',
    'mesh/m@12/virtualNode/n',
    'm/virtualNode/n',
    'mesh/m/virtualNode',
    '',
    'arn:',
  ])('is not %j', (text) => expect(parseResource(text)).toBeUndefined());
});

describe('a stream', () => {
  test('of a mesh reads back as its owner and name', () => {
    expect(meshOfStream(meshStream('111111111111', 'm'))).toEqual({ owner: '111111111111', meshName: 'm' });
  });

  test.each([accountStream('111111111111'), 'system', 'mesh/', 'mesh/o/', 'mesh/o/a/b', 'mesh//m'])(
    '%s is of no mesh',
    (stream) => expect(meshOfStream(stream)).toBeUndefined(),
  );
});
