// What documents that people write may look like, and how faults in them are told.
import { describe, expect, it } from 'vitest';
import { namingMembers, readDocuments } from './documents.ts';

const target = { action: { weightedTargets: [{ virtualNode: 'a', weight: 1 }] }, match: { prefix: '/' } };

describe('documents', () => {
  it.each([
    [{ meshName: 'm' }, { kind: 'mesh', name: 'm' }],
    [
      { meshName: 'm', virtualNodeName: 'n', spec: {} },
      { kind: 'virtualNode', name: 'n' },
    ],
    [
      { meshName: 'm', virtualServiceName: 's.local', spec: {} },
      { kind: 'virtualService', name: 's.local' },
    ],
    [
      { meshName: 'm', virtualRouterName: 'r', routeName: 'x', spec: { httpRoute: target } },
      { kind: 'route', name: 'x', parent: 'r' },
    ],
  ])('are of the kind of their deepest name member: %j', (document, ref) => {
    expect(readDocuments([document])).toMatchObject({ documents: [{ meshName: 'm', ref }], faulty: [] });
  });

  it('come one by one and in lists, and a member that is null counts as absent', () => {
    const { documents, faulty } = readDocuments([
      { meshName: 'm', spec: null, tags: null },
      [{ meshName: 'm', virtualNodeName: 'a', meshOwner: '111122223333', spec: { listeners: null } }],
    ]);
    expect(faulty).toEqual([]);
    expect(documents).toEqual([
      { meshName: 'm', ref: { kind: 'mesh', name: 'm' }, spec: {} },
      { meshName: 'm', meshOwner: '111122223333', ref: { kind: 'virtualNode', name: 'a' }, spec: {} },
    ]);
  });

  it.each([
    ['no object', 'text', ''],
    ['nothing that names it', { spec: {} }, ''],
    ['a member of the wrong type', { meshName: 'm', virtualNodeName: 'a', spec: { listeners: 3 } }, 'spec.listeners'],
    ['a name that breaks the rules', { meshName: 'm', virtualNodeName: 'a b', spec: {} }, 'virtualNodeName'],
  ])('are faulty with %s, and the others are read', (_, value, path) => {
    const { documents, faulty } = readDocuments([{ meshName: 'm' }, value]);
    expect(documents).toHaveLength(1);
    expect(faulty).toMatchObject([{ position: 1, faults: [{ path }] }]);
  });

  it('name each resource once', () => {
    const node = { meshName: 'm', virtualNodeName: 'a', spec: {} };
    const { documents, faulty } = readDocuments([node, { ...node, meshOwner: '111122223333' }, node]);
    expect(documents).toHaveLength(2);
    expect(faulty).toMatchObject([{ position: 2 }]);
  });

  it('give back the members that name their resource', () => {
    const members = { meshName: 'm', meshOwner: '111122223333', virtualRouterName: 'r', routeName: 'x' };
    const [document] = readDocuments([{ ...members, spec: { httpRoute: target } }]).documents;
    expect(document && namingMembers(document)).toEqual(members);
    const [mesh] = readDocuments([{ meshName: 'm' }]).documents;
    expect(mesh && namingMembers(mesh)).toEqual({ meshName: 'm' });
  });
});
