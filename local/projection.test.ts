// The embedded projector hears of every mesh that is written here, by whomever it is written from then on.
import { expect, test, vi } from 'vitest';
import { memoryEventStore } from '#store/memory.ts';
import { mesh, node } from '#test/given/documents.ts';
import { appendAll } from '#test/store/sample-commit.ts';
import { meshWriter, stream } from '#test/streamer/mesh-writer.ts';
import { projecting } from './projection.ts';

test('each write to a mesh is a hint, and no other stream is', async () => {
  const log = memoryEventStore();
  const project = vi.fn(async () => {});
  const projection = projecting(log, project, () => {});
  await meshWriter(projection.events).write(mesh());
  await vi.waitFor(() => expect(project.mock.calls).toEqual([[stream]]));
  // Another process, on the same log.
  await meshWriter(log).write(node('red'));
  await vi.waitFor(() => expect(project).toHaveBeenCalledTimes(2));
  await appendAll(log, 'mesh/000000000000/never-written-here', [1]);
  await projection.close();
  await meshWriter(projection.events).write(node('blue'));
  expect(new Set(project.mock.calls.flat())).toEqual(new Set([stream]));
});

test('trouble is told of and ends nothing; closing waits for what is on its way', async () => {
  const log = memoryEventStore();
  const trouble = vi.fn();
  const { promise: going, resolve: go } = Promise.withResolvers<void>();
  const project = vi.fn(() => going).mockRejectedValueOnce(new Error('disk full'));
  const projection = projecting(log, project, trouble);
  const writer = meshWriter(projection.events);
  await writer.write(mesh());
  await vi.waitFor(() =>
    expect(trouble).toHaveBeenCalledWith(stream, expect.objectContaining({ message: 'disk full' })),
  );
  await writer.write(node('red'));
  await vi.waitFor(() => expect(project).toHaveBeenCalledTimes(2));
  let closed = false;
  const closing = projection.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(false);
  go();
  await closing;
});
