// What the checker says, word for word where people read it, and that no input, however odd, is too much for it.
import { describe, expect, test } from 'vitest';
import { validate, withoutNulls } from './validate.ts';

const messages = (shape: string, value: unknown, path?: string) =>
  validate(shape, value, path).map(({ message }) => message);
const route = (weightedTargets: unknown, match: unknown = { prefix: '/' }) => ({
  httpRoute: { match, action: { weightedTargets } },
});

describe('a fault is told in a sentence that names the member', () => {
  test.each<[string, string, unknown, readonly string[]]>([
    [
      'a missing member',
      'VirtualNodeSpec',
      { listeners: [{}] },
      ["Value null at 'spec.listeners[0].portMapping' failed to satisfy constraint: Member must not be null"],
    ],
    [
      'a wrong type',
      'VirtualNodeSpec',
      { listeners: { port: 80 } },
      ["Value {port} at 'spec.listeners' failed to satisfy constraint: Member must be a list"],
    ],
    [
      'a number out of range',
      'VirtualNodeSpec',
      { listeners: [{ portMapping: { port: 65536, protocol: 'http' } }] },
      [
        "Value 65536 at 'spec.listeners[0].portMapping.port' failed to satisfy constraint: " +
          'Member must have value less than or equal to 65535',
      ],
    ],
    [
      'a value that no enum has',
      'MeshSpec',
      { egressFilter: { type: 'ALLOW' } },
      [
        "Value 'ALLOW' at 'spec.egressFilter.type' failed to satisfy constraint: " +
          'Member must satisfy enum value set: [ALLOW_ALL, DROP_ALL]',
      ],
    ],
    [
      'an unknown member',
      'MeshSpec',
      { egres: {} },
      ["Member 'spec.egres' is unknown: MeshSpec has no member of this name"],
    ],
    [
      'a list that is too short',
      'RouteSpec',
      route([]),
      [
        "Value [] at 'spec.httpRoute.action.weightedTargets' failed to satisfy constraint: " +
          'Member must have length greater than or equal to 1',
      ],
    ],
    [
      'two members of a union',
      'VirtualServiceSpec',
      { provider: { virtualNode: { virtualNodeName: 'n' }, virtualRouter: { virtualRouterName: 'r' } } },
      [
        "Value {virtualNode, virtualRouter} at 'spec.provider' failed to satisfy constraint: " +
          'Exactly one of [virtualNode, virtualRouter] must be set',
      ],
    ],
  ])('%s', (_what, shape, value, expected) => {
    expect(messages(shape, value, 'spec')).toEqual(expected);
  });

  test('several at once, in the order of the document', () => {
    const paths = validate('RouteSpec', route([{ virtualNode: 'a' }, { weight: -1, virtualNode: 5 }]), 'spec').map(
      ({ path }) => path,
    );
    const targets = 'spec.httpRoute.action.weightedTargets';
    expect(paths).toEqual([`${targets}[0].weight`, `${targets}[1].weight`, `${targets}[1].virtualNode`]);
  });

  test('long values are cut short', () => {
    const [message = ''] = messages('ResourceName', 'x'.repeat(5000), 'meshName');
    expect(message).toMatch(/^Value 'x{117}\.\.\.' at 'meshName'/);
  });
});

describe('what counts', () => {
  test('a member that is null is absent, a null in a list is not', () => {
    expect(messages('MeshSpec', { egressFilter: null, serviceDiscovery: undefined })).toEqual([]);
    expect(messages('VirtualNodeSpec', { backends: [null] }, 'spec')).toEqual([
      "Value null at 'spec.backends[0]' failed to satisfy constraint: Member must be an object",
    ]);
  });

  test('a union whose other members are null has one member', () => {
    const provider = { virtualNode: { virtualNodeName: 'n' }, virtualRouter: null };
    expect(messages('VirtualServiceSpec', { provider })).toEqual([]);
  });

  test('characters are counted, not the halves of their pairs', () => {
    expect(messages('ResourceName', '🕸'.repeat(255))).toEqual([]);
    expect(messages('ResourceName', '🕸'.repeat(256))).toHaveLength(1);
  });

  test('an integer has 32 bits, a long all that a number holds exactly', () => {
    expect(messages('MaxConnections', 2 ** 31 - 1)).toEqual([]);
    expect(messages('MaxConnections', 2 ** 31)).toHaveLength(1);
    expect(messages('MaxRetries', Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(messages('MaxRetries', Number.MAX_SAFE_INTEGER + 1)).toHaveLength(1);
  });

  test('a name that every object has is still no member', () => {
    for (const member of ['constructor', 'toString', '__proto__']) {
      const value = JSON.parse(`{"${member}": {}}`);
      expect(validate('MeshSpec', value, 'spec').map(({ path }) => path)).toEqual([`spec.${member}`]);
    }
  });

  test('a shape that the contract lacks is a bug', () => {
    expect(() => validate('NoSuchShape', {})).toThrow('NoSuchShape');
  });
});

describe('nothing is too much', () => {
  test('lists in lists, a hundred thousand deep', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(messages('MeshSpec', deep, 'spec')).toHaveLength(1);
    expect(messages('MeshSpec', { egressFilter: { type: deep } }, 'spec')).toHaveLength(1);
  });

  test('half a million faults: the first hundred say enough', () => {
    expect(messages('VirtualNodeSpec', { backends: Array(500_000).fill(1) })).toHaveLength(100);
    const members = Object.fromEntries(Array.from({ length: 500_000 }, (_, index) => [`m${index}`, 1]));
    expect(messages('MeshSpec', members)).toHaveLength(100);
  });
});

describe('withoutNulls', () => {
  test('takes out members that are null, however deep, and leaves lists and false values', () => {
    const value = { a: null, b: { c: null, d: [{ e: null, f: 0 }, false, ''] }, g: undefined };
    expect(withoutNulls(value)).toEqual({ b: { d: [{ f: 0 }, false, ''] } });
  });
});
