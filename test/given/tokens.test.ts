// Client tokens: the same request again gets the same answer and nothing happens; another request under the token is
// refused; 24 hours of event time later the token is forgotten.
import { describe, expect, test } from 'vitest';
import type { ClientToken } from '#events/event.ts';
import { emptyAccount, emptyMesh } from '#events/evolve.ts';
import { create, mesh, meshRef, node, remove, update } from './documents.ts';
import { ask, given, nothing, owner } from './given.ts';

const hour = 3_600_000;
const token = (text: string, hash: string, operation = 'CreateVirtualNode'): ClientToken => ({
  token: text,
  operation,
  hash,
});
const red = node('red');

describe('a client token', () => {
  const once = given({ command: create(mesh()), at: 0 }, { command: create(red, [], token('t', 'one')), at: hour });

  test('that comes again with the same request gives the first answer again', () => {
    const then = once.when({ command: create(red, [], token('t', 'one')), at: 2 * hour });
    then.thenRepeats(2);
    expect(then.world.mesh).toBe(once.mesh);
  });

  test('gives the first answer as it was, whatever happened to the resource since', () => {
    const changed = given(
      { command: create(mesh()), at: 0 },
      { command: create(red, [], token('t', 'one')), at: hour },
      { command: update(red), at: 2 * hour },
      { command: remove(red.ref), at: 3 * hour },
    );
    const { decision } = ask(changed, { command: create(red, [], token('t', 'one')), at: 4 * hour });
    expect(decision).toMatchObject({
      decided: 'repeat',
      used: { sequence: 2, answer: { name: 'red', version: 1, createdAt: hour, lastUpdatedAt: hour, uid: 'uid-2' } },
    });
  });

  test('that comes again with another request is refused', () => {
    once
      .when({ command: create(node('blue'), [], token('t', 'two')), at: 2 * hour })
      .thenRefused({ refused: 'token-reused', operation: 'CreateVirtualNode' });
  });

  test('means nothing to another operation', () => {
    const other = update(red, token('t', 'three', 'UpdateVirtualNode'));
    once.when({ command: other, at: 2 * hour }).thenHappens([expect.objectContaining({ type: 'ResourceUpdated' })]);
  });

  test('of an update works alike', () => {
    const again = update(red, token('u', 'four', 'UpdateVirtualNode'));
    const world = given(mesh(), red, again);
    world.when(again).thenRepeats(3);
    world.when(update(red, token('u', 'five', 'UpdateVirtualNode'))).thenRefused({ refused: 'token-reused' });
  });

  test('that was refused is not used up', () => {
    const world = given(mesh(), red);
    const { world: after } = ask(world, create(red, [], token('t', 'one')));
    const { decision } = ask(after, create(node('blue'), [], token('t', 'two')));
    expect(decision).toMatchObject({ decided: 'append' });
  });

  test('holds for 24 hours of event time less a moment, and is forgotten then', () => {
    const blue = create(node('blue'), [], token('t', 'two'));
    once.when({ command: blue, at: 25 * hour - 1 }).thenRefused({ refused: 'token-reused' });
    once.when({ command: blue, at: 25 * hour }).thenHappens([expect.objectContaining({ type: 'ResourceCreated' })]);
  });

  test('that is used again after a day counts from then on', () => {
    const world = given(
      { command: create(mesh()), at: 0 },
      { command: create(red, [], token('t', 'one')), at: hour },
      { command: create(node('blue'), [], token('t', 'two')), at: 25 * hour },
    );
    world.when({ command: create(red, [], token('t', 'one')), at: 26 * hour }).thenRefused({ refused: 'token-reused' });
    world.when({ command: create(node('blue'), [], token('t', 'two')), at: 26 * hour }).thenRepeats(3);
  });

  test('takes no room once it is forgotten', () => {
    const { mesh: later } = given(
      { command: create(mesh()), at: 0 },
      { command: create(red, [], token('t', 'one')), at: hour },
      { command: update(red), at: 50 * hour },
    );
    expect(later.tokens).toEqual([]);
  });
});

describe('the client token of CreateMesh', () => {
  const first = create(mesh(), [], token('t', 'one', 'CreateMesh'));

  test('with the same request gives the same answer', () => {
    given(first).when(first).thenRepeats(1);
  });

  test('with another name is refused, though the other mesh has a stream of its own', () => {
    const world = given(first);
    const other = { kind: 'mesh', name: 'shapes' } as const;
    const elsewhere = { ...world, mesh: emptyMesh(owner.accountId, other.name) };
    const command = create({ ref: other, spec: {} }, [], token('t', 'two', 'CreateMesh'));
    expect(ask(elsewhere, command).decision).toEqual({ refused: 'token-reused', operation: 'CreateMesh' });
  });

  test('outlives the mesh that it made', () => {
    given(first, remove(meshRef)).when(first).thenRepeats(1);
  });

  test('means nothing to another account', () => {
    const account = '333333333333';
    const theirs = { ...nothing, mesh: emptyMesh(account, meshRef.name), account: emptyAccount(account) };
    const by = { accountId: account, arn: `arn:aws:iam::${account}:user/other` };
    expect(ask(theirs, { command: first, by }).decision).toMatchObject({ decided: 'append' });
  });
});
