// One client that reads at its own pace.
import { expect, test } from 'vitest';
import { createDelta } from './delta.ts';
import { createView, type Heard, readDelta, snapshotOf } from './fixture.ts';
import { createFrames } from './frames.ts';
import { unprefixed } from './message-prefix.ts';
import { typeUrls } from './order.ts';
import { createPusher } from './pusher.ts';
import type { StreamHappening } from './status.ts';

/** A client whose writes leave only when `read` is called. */
function slowClient(linger = 5_000) {
  const protocol = createDelta(createFrames(), linger);
  const view = createView();
  const queue: { heard: Heard; written: () => void }[] = [];
  const happened: StreamHappening[] = [];
  const write = (bytes: Buffer, written: () => void) =>
    void queue.push({ heard: readDelta(unprefixed(bytes)), written });
  const pusher = createPusher(
    protocol,
    view,
    write,
    (happening) => happened.push(happening),
    () => 0,
    (cause) => {
      throw cause;
    },
  );
  view.subscribe(() => pusher.push());
  const blank = { resourceNamesUnsubscribe: [], initialResourceVersions: {}, responseNonce: '' };
  protocol.receive({ ...blank, typeUrl: typeUrls.cluster, resourceNamesSubscribe: ['*'] }, 0);
  protocol.receive({ ...blank, typeUrl: typeUrls.route, resourceNamesSubscribe: ['r'] }, 0);
  const acknowledge = ({ type, nonce: responseNonce }: Heard) => {
    protocol.receive({ ...blank, resourceNamesSubscribe: [], typeUrl: typeUrls[type], responseNonce }, 0);
    pusher.push();
  };
  const read = () => {
    const all = queue.splice(0);
    for (const { written } of all) written();
    return all.map(({ heard }) => heard);
  };
  return { view, queue, read, acknowledge, pusher, happened };
}

test('while anything is on its way nothing is added, then the newest state alone is told', () => {
  const { view, queue, read } = slowClient();
  view.show(snapshotOf(1, { cluster: { a: '1' }, route: { r: '1' } }));
  expect(queue).toHaveLength(2);
  for (let sequence = 2; sequence <= 1_000; sequence += 1) {
    view.show(snapshotOf(sequence, { cluster: { a: `${sequence}` }, route: { r: `${sequence}` } }));
  }
  expect(queue).toHaveLength(2);
  expect(read().map(({ version }) => version)).toEqual(['1', '1']);
  expect(read().map(({ resources }) => resources)).toEqual([{ a: '1000' }, { r: '1000' }]);
  expect(read()).toEqual([]);
});

test('a removal follows in a response of its own, after the additions have left', () => {
  const { view, read, acknowledge } = slowClient(0);
  view.show(snapshotOf(1, { cluster: { a: '1', b: '1' }, route: { r: 'to a' } }));
  for (const response of read()) acknowledge(response);
  for (const response of read()) acknowledge(response);
  view.show(snapshotOf(2, { cluster: { b: '1', c: '1' }, route: { r: 'on to b' } }));
  const [cluster, route, ...early] = read();
  expect([cluster?.resources, cluster?.removed, route?.resources, early]).toEqual([
    { c: '1' },
    [],
    { r: 'on to b' },
    [],
  ]);
  expect(read()).toEqual([]);
  for (const response of [cluster, route]) if (response !== undefined) acknowledge(response);
  expect(read().map(({ removed }) => removed)).toEqual([['a']]);
});

test('after the end nothing is written', () => {
  const { view, queue, pusher } = slowClient();
  pusher.close();
  view.show(snapshotOf(1, { cluster: { a: '1' } }));
  expect(queue).toEqual([]);
});

test('what was told in full is known', () => {
  const { view, pusher, happened } = slowClient();
  expect(pusher.sequence()).toEqual({});
  view.show(snapshotOf(4, { cluster: { a: '1' }, route: { r: '1' } }));
  expect(pusher.sequence()).toEqual({ newest: 4, sent: 4 });
  const sent = { kind: 'sent', version: '4', sequence: 4, resources: 1, removed: 0, bytes: expect.any(Number) };
  expect(happened).toEqual([
    { ...sent, type: 'cluster' },
    { ...sent, type: 'route' },
  ]);
});
