// The embedded projector hears of every mesh that is written here, by whomever it is written from then on.
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { certificatesInUseView } from '#events/certificates.ts';
import { createLedger } from '#functions/ledger.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { having, mesh, node } from '#test/given/documents.ts';
import { appendAll } from '#test/store/sample-commit.ts';
import { meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';
import { meshProjector, projecting } from './projection.ts';

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

test('what was left undone is caught up with: the certificates that meshes use are noted, and those of one that stops are not', async () => {
  const events = memoryEventStore();
  const views = memoryViewStore({ now: () => 0 });
  const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/c';
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn } } } as const;
  const listeners = [{ portMapping: { port: 80, protocol: 'http' }, tls }] as const;
  await meshWriter(events).write(mesh(), having(node('red'), { ...node('red').spec, listeners }));
  await events.append([{ ...unreadable(1), stream: 'mesh/000000000000/broken' }]);
  await appendAll(events, 'account/000000000000', [1]);
  const trouble = vi.fn();
  const ledger = createLedger(events, views, {
    now: Date.now,
    id: randomUUID,
    random: Math.random,
    sleep: async () => {},
    writeSchema: async () => 1,
  });
  const projection = projecting(events, meshProjector({ events, views }, ledger.mesh), trouble);
  await projection.catchUp();
  await projection.close();
  expect(await views.list(certificatesInUseView)).toEqual([
    { key: stream, value: { sequence: 2, certificates: [{ arn: certificateArn }] } },
  ]);
  expect(trouble).not.toHaveBeenCalled();
});
