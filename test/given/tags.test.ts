// Tags: at most 50 a resource, a key once, `aws:` is AWS's own; adding replaces, removing what is not there is no fault.
import { describe, expect, test } from 'vitest';
import type { Tag } from '#events/event.ts';
import { create, mesh, meshRef, node, tag, untag } from './documents.ts';
import { given } from './given.ts';

const red = node('red');
const world = given(mesh(), red);
const many = (count: number, prefix = 'key'): readonly Tag[] =>
  Array.from({ length: count }, (_, index) => ({ key: `${prefix}-${String(index).padStart(2, '0')}`, value: 'v' }));

describe('tags', () => {
  test('are added in the order of their keys, whatever resource they are of', () => {
    const tags = [
      { key: 'stage', value: 'test' },
      { key: 'owner', value: '' },
    ];
    for (const ref of [red.ref, meshRef]) {
      const sorted = [tags[1], tags[0]] as readonly Tag[];
      world.when(tag(ref, ...tags)).thenHappens([{ type: 'TagsChanged', ref, tags: sorted }]);
    }
  });

  test('change neither version nor times of the resource', () => {
    const { key, value } = { key: 'stage', value: 'test' };
    const then = world.when({ command: tag(red.ref, { key, value }), at: 99_000 });
    expect(then.world.mesh.resources.get('virtualNode/red')).toEqual({
      ...world.mesh.resources.get('virtualNode/red'),
      tags: [{ key, value }],
    });
  });

  test('of a key that is there get the new value', () => {
    given(mesh(), red, tag(red.ref, { key: 'a', value: '1' }, { key: 'b', value: '2' }))
      .when(tag(red.ref, { key: 'a', value: '3' }))
      .thenHappens([
        {
          type: 'TagsChanged',
          ref: red.ref,
          tags: [
            { key: 'a', value: '3' },
            { key: 'b', value: '2' },
          ],
        },
      ]);
  });

  test('are removed by key; a key that is not there is no fault', () => {
    given(mesh(), red, tag(red.ref, { key: 'a', value: '1' }, { key: 'b', value: '2' }))
      .when(untag(red.ref, 'a', 'never'))
      .thenHappens([{ type: 'TagsChanged', ref: red.ref, tags: [{ key: 'b', value: '2' }] }]);
  });

  test.each(['aws:', 'aws:cloudformation:stack-name', 'AWS:x'])('cannot have the key %s', (key) => {
    world.when(tag(red.ref, { key: 'fine', value: '' }, { key, value: '' })).thenInvalidAt('tags[1].key');
  });

  test('may have a key that only resembles the reserved ones', () => {
    world
      .when(tag(red.ref, { key: 'awsome', value: '' }))
      .thenHappens([expect.objectContaining({ type: 'TagsChanged' })]);
  });

  test('cannot name a key twice in one call', () => {
    world
      .when(tag(red.ref, { key: 'a', value: '1' }, { key: 'b', value: '2' }, { key: 'a', value: '3' }))
      .thenInvalidAt('tags[2].key');
  });

  test('are 50 at most, old and new together', () => {
    const full = given(mesh(), red, tag(red.ref, ...many(49)));
    full.when(tag(red.ref, ...many(1, 'last'))).thenHappens([expect.objectContaining({ type: 'TagsChanged' })]);
    full.when(tag(red.ref, ...many(49))).thenHappens([expect.objectContaining({ type: 'TagsChanged' })]);
    full
      .when(tag(red.ref, ...many(2, 'last')))
      .thenRefused({ refused: 'too-many-tags', what: 'virtualNode red of mesh colors', limit: 50 });
  });

  test('of a new resource follow the same rules', () => {
    const blue = node('blue');
    world.when(create(blue, [{ key: 'aws:x', value: '' }])).thenInvalidAt('tags[0].key');
    world.when(create(blue, many(51))).thenRefused({ refused: 'too-many-tags', limit: 50 });
  });

  test('need a resource that is there', () => {
    const nobody = { kind: 'virtualNode', name: 'nobody' } as const;
    world.when(tag(nobody, { key: 'a', value: '1' })).thenRefused({ refused: 'not-found' });
    world.when(untag(nobody, 'a')).thenRefused({ refused: 'not-found' });
  });
});
