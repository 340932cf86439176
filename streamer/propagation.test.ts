// The delay of a change counts from its commit to an Envoy's acknowledgement, and only for Envoys that were there before.
import { expect, test } from 'vitest';
import { createPropagation } from './propagation.ts';
import type { StreamEvent, StreamHappening } from './xds/status.ts';

const event = (stream: number, happening: StreamHappening): StreamEvent => ({
  stream,
  requestId: `r${stream}`,
  resource: 'mesh/1/m/virtualNode/n',
  peer: 'p',
  mode: 'delta',
  ...happening,
});

test('who was connected before a change tells how long it took; who comes later or lags behind tells nothing', () => {
  let time = 1_000;
  const newest = { sequence: 7, time: 2_000 };
  const propagation = createPropagation(
    () => time,
    () => newest,
  );
  expect(propagation.happened(event(1, { kind: 'opened' }))).toBeUndefined();
  time = 2_150;
  expect(propagation.happened(event(2, { kind: 'opened' }))).toBeUndefined();
  expect(propagation.happened(event(1, { kind: 'settled', sequence: 6 }))).toBeUndefined();
  expect(propagation.happened(event(1, { kind: 'settled', sequence: 7 }))).toBe(150);
  expect(propagation.happened(event(2, { kind: 'settled', sequence: 7 }))).toBeUndefined();
  propagation.happened(event(1, { kind: 'closed', lastedMilliseconds: 1 }));
  expect(propagation.happened(event(1, { kind: 'settled', sequence: 7 }))).toBeUndefined();
});
