// Differences of documents as people read them: by path, by what names an item, and complete: they lead from the one
// document to the other.
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { differences } from './difference.ts';

describe('differences', () => {
  it('are none between equal documents', () => {
    const spec = { listeners: [{ portMapping: { port: 80, protocol: 'http' } }], backends: [] };
    expect(differences(spec, structuredClone(spec), 'spec')).toEqual([]);
  });

  it('are the whole document when it came to be or ceased to be', () => {
    expect(differences(undefined, { a: 1 }, 'spec')).toEqual([{ path: 'spec', after: { a: 1 } }]);
    expect(differences({ a: 1 }, undefined, 'spec')).toEqual([{ path: 'spec', before: { a: 1 } }]);
    expect(differences(undefined, undefined, 'spec')).toEqual([]);
  });

  it('name each member that changed, was added or was removed', () => {
    const before = { egress: { type: 'DROP_ALL' }, gone: [1] };
    const after = { egress: { type: 'ALLOW_ALL' }, discovery: { ip: 'IPv4_ONLY' } };
    expect(differences(before, after, 'spec')).toEqual([
      { path: 'spec.egress.type', before: 'DROP_ALL', after: 'ALLOW_ALL' },
      { path: 'spec.discovery', after: { ip: 'IPv4_ONLY' } },
      { path: 'spec.gone', before: [1] },
    ]);
  });

  it('tell targets apart by their nodes', () => {
    const targets = (...weighted: [string, number][]) =>
      weighted.map(([virtualNode, weight]) => ({ virtualNode, weight }));
    expect(differences(targets(['blue', 90], ['green', 10]), targets(['green', 10], ['red', 90]), 'targets')).toEqual([
      { path: 'targets[virtualNode=red]', after: { virtualNode: 'red', weight: 90 } },
      { path: 'targets[virtualNode=blue]', before: { virtualNode: 'blue', weight: 90 } },
    ]);
    expect(differences(targets(['blue', 90], ['green', 10]), targets(['blue', 50], ['green', 50]), 'targets')).toEqual([
      { path: 'targets[virtualNode=blue].weight', before: 90, after: 50 },
      { path: 'targets[virtualNode=green].weight', before: 10, after: 50 },
    ]);
  });

  it.each<[string, object, object, string]>([
    ['port of a target', { virtualNode: 'a', port: 1 }, { virtualNode: 'a', port: 2 }, 'virtualNode=a,port=2'],
    ['listener', { portMapping: { port: 1 } }, { portMapping: { port: 2 } }, 'port=2'],
    [
      'backend',
      { virtualService: { virtualServiceName: 'a' } },
      { virtualService: { virtualServiceName: 'b' } },
      'virtualServiceName=b',
    ],
    ['header', { name: 'a' }, { name: 'b' }, 'name=b'],
    ['tag', { key: 'a', value: '' }, { key: 'b', value: '' }, 'key=b'],
  ])('name a %s', (_, before, after, name) => {
    expect(differences([before], [before, after], 'list')).toEqual([{ path: `list[${name}]`, after }]);
  });

  it('show texts of a list by themselves', () => {
    expect(differences(['reset', 'gateway-error'], ['reset'], 'events')).toEqual([
      { path: 'events[gateway-error]', before: 'gateway-error' },
    ]);
  });

  it('show a new order of the same items', () => {
    expect(differences(['a', 'b'], ['c', 'b', 'a'], 'list')).toEqual([
      { path: 'list[c]', after: 'c' },
      { path: 'list (order)', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });

  it('go by place where items have no name, or share one', () => {
    expect(differences([{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 3 }], 'list')).toEqual([
      { path: 'list[1].x', before: 2, after: 3 },
    ]);
    const same = { name: 'a', match: 1 };
    expect(differences([same, same], [same], 'list')).toEqual([{ path: 'list[1]', before: same }]);
  });
});

property.prop([fc.jsonValue(), fc.jsonValue()])('differ exactly when the documents do', (before, after) => {
  const equal = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
  expect(differences(before, after).length === 0).toBe(equal);
});

/** The document with its members in one order: their order is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([name, member]) => [name, sorted(member)]) };
}
