// A streamer that cannot read a node's mesh, or has not read it yet, sends nothing at all: an empty configuration would
// take an Envoy's listeners away.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Commit } from '#events/event.ts';
import { meshStream } from '#events/names.ts';
import type { EventStore } from '#events/store.ts';
import { openSqlite } from '#store/sqlite.ts';
import { createStreamer, type Streamer } from '#streamer/main.ts';
import type { StreamEvent } from '#streamer/xds/status.ts';
import { envoyPath } from '../setup/tools.ts';
import { account, type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, meshName, nodeId, shift } from './fixture/documents.ts';
import { type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';
import { color, twoColors } from './fixture/two-colors.ts';

type Read = () => Promise<readonly Commit[]>;

describe.skipIf(envoyPath() === undefined)('a streamer that cannot read the mesh', { timeout: 120_000 }, () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let envoy: RunningEnvoy;
  let address = '127.0.0.1:0';
  let streamer: Streamer;
  let events: StreamEvent[] = [];
  /** What becomes of a read of the mesh. */
  let reading: (read: Read) => ReturnType<Read> = (read) => read();

  /** A streamer of its own on the same log, whose reads of the mesh go through `reading`. */
  async function startStreamer(): Promise<void> {
    const { events: log, views } = openSqlite(join(heddle.dataDirectory, 'heddle.db'), { now: Date.now });
    const store: EventStore = {
      ...log,
      read: (stream, from, limit) => {
        const read = (): ReturnType<Read> => log.read(stream, from, limit);
        return stream === meshStream(account, meshName) ? reading(read) : read();
      },
    };
    events = [];
    const happened = events;
    const parts = { views, region, now: Date.now, task: 'test', envoysPerNode: 0, onTrouble: () => {} };
    streamer = await createStreamer({ ...parts, events: store, onEvent: (event) => void happened.push(event) });
    [address = ''] = await streamer.listen([address]);
    const running = streamer;
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      closing ??= running.close(0).then(async () => {
        await Promise.all([log.close(), views.close()]);
      });
      await closing;
    };
    streamer = { ...running, close };
    stage.defer(close);
  }

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    await apply(heddle.mesh, ...(await twoColors(stage)));
    await startStreamer();
    envoy = await startEnvoy(stage, { ...heddle, streamer: address }, { resource: nodeId('front') });
  }, 60_000);

  const sent = (): readonly StreamEvent[] => events.filter(({ kind }) => kind === 'sent');

  it('refuses the stream, and the Envoy serves on until it can', async () => {
    const traffic = startTraffic(stage, () => color(envoy));
    await streamer.close();
    reading = () => Promise.reject(new Error('the log cannot be reached'));
    await startStreamer();
    await eventually(() => expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 14 })));
    const answered = traffic.answered();
    await eventually(() => expect(traffic.answered()).toBeGreaterThan(answered + 100));
    expect(sent()).toEqual([]);

    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    reading = (read) => read();
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['blue'])));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });

  it('says nothing while the first load lasts, and the Envoy serves on', async () => {
    const traffic = startTraffic(stage, () => color(envoy));
    await streamer.close();
    const { promise: loading, resolve: load } = Promise.withResolvers<void>();
    let asked = false;
    reading = async (read) => {
      asked = true;
      await loading;
      return await read();
    };
    await startStreamer();
    await eventually(() => expect(asked).toBe(true));
    const answered = traffic.answered();
    await eventually(() => expect(traffic.answered()).toBeGreaterThan(answered + 100));
    expect(sent()).toEqual([]);

    await apply(heddle.mesh, shift('color', 'all', { red: 1, blue: 0 }));
    load();
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['red'])));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });
});
