// The keys in force: what is known goes on to hold whatever becomes of the log, and trouble is told until it is over.
import { expect, test, vi } from 'vitest';
import type { Commit } from '#events/event.ts';
import { systemStream } from '#events/names.ts';
import { memoryEventStore } from '#store/memory.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { keySource } from './keys.ts';

const added = (version: number, kid: string): Commit => ({
  ...sampleCommit(systemStream, version),
  events: [{ type: 'SigningKeyAdded', kid, publicKey: { kty: 'EC' } }],
});

test('a stream that cannot be folded to its end is trouble, at the start and later', async () => {
  const events = memoryEventStore();
  await events.append([added(1, 'a')]);
  const trouble = vi.fn();
  const source = await keySource(events, trouble);
  expect(trouble).toHaveBeenLastCalledWith(undefined);
  await events.append([{ ...added(2, 'b'), schema: 99 }]);
  const said = 'it was written by a newer release, in schema 99 (version 2)';
  await vi.waitFor(() => expect(trouble).toHaveBeenLastCalledWith(said));
  expect([...source.keys().keys()]).toEqual(['a']);
  source.close();

  const later = vi.fn();
  (await keySource(events, later)).close();
  expect(later).toHaveBeenLastCalledWith(said);
});

test('a log that failed is looked at again, without a hint', async () => {
  const log = memoryEventStore();
  await log.append([added(1, 'a')]);
  let broken = false;
  const read: typeof log.read = async (...given) => {
    if (broken) throw new Error('away');
    return log.read(...given);
  };
  const trouble = vi.fn();
  const source = await keySource({ ...log, read }, trouble, 10);
  broken = true;
  await vi.waitFor(() => expect(trouble).toHaveBeenLastCalledWith('away'));
  broken = false;
  await vi.waitFor(() => expect(trouble).toHaveBeenLastCalledWith(undefined));
  source.close();
});

test('a first load that fails leaves nothing behind', async () => {
  const log = memoryEventStore();
  const removed = vi.fn();
  const follow: typeof log.follow = (changed) => {
    const follower = log.follow(changed);
    return { ...follower, close: () => removed(follower.close()) };
  };
  const read = async () => {
    throw new Error('away');
  };
  await expect(keySource({ ...log, read, follow }, () => {})).rejects.toThrow('away');
  expect(removed).toHaveBeenCalledOnce();
});
