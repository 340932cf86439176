// The delta protocol when resources are refused, go one by one, or are of no known type.
import { expect, test } from 'vitest';
import { ackAll, contents, expectHeard, one, started, told } from './delta-fixture.ts';
import { deltaConversation, snapshotOf } from './fixture.ts';

const tables = { listener: { l: 'l1' }, route: { x: 'x1', bad: 'b1', y: 'y1' } };

test('changes of routes go one by one, in the order of the snapshot, and a refusal means one of them', () => {
  const talk = started(snapshotOf(1, tables));
  talk.show(snapshotOf(2, { ...tables, route: { x: 'x2', bad: 'b2', y: 'y2' } }));
  const all = talk.heard();
  expect(told(all)).toEqual([
    ['route', ['x']],
    ['route', ['bad']],
    ['route', ['y']],
  ]);
  for (const response of all) {
    if ('bad' in response.resources) talk.nack(response, 'invalid perl operator: (?=');
    else talk.ack(response);
  }
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.status().route.nack?.names).toEqual(['bad']);
  expect(talk.protocol.settled()).toBe(1);
  talk.show(snapshotOf(3, { ...tables, route: { x: 'x2', bad: 'b3', y: 'y2' } }));
  expect(told(ackAll(talk))).toEqual([['route', ['bad']]]);
  expect(talk.protocol.settled()).toBe(3);
});

/** Its first routes were refused together, and then each was told alone; answers their names in that order. */
function refusing() {
  const talk = deltaConversation();
  talk.show(snapshotOf(1, { cluster: { a: 'a1' }, ...tables }));
  talk.say('cluster');
  talk.say('listener');
  ackAll(talk);
  talk.say('route', { resourceNamesSubscribe: ['x', 'bad', 'y'] });
  talk.nack(expectHeard(talk.heard()[0]), 'invalid perl operator: (?=');
  const alone: string[] = [];
  for (let [response] = talk.heard(); response !== undefined; [response] = talk.heard()) {
    alone.push(Object.keys(response.resources).join());
    if ('bad' in response.resources) talk.nack(response, 'invalid perl operator: (?=');
    else talk.ack(response);
  }
  return { talk, alone };
}

test('after a refusal of the first routes each goes alone, so that the good ones get through', () => {
  const { talk, alone } = refusing();
  expect(alone).toEqual(['x', 'bad', 'y']);
  expect(talk.protocol.status().route.nack?.names).toEqual(['bad']);
  talk.show(snapshotOf(2, { cluster: { a: 'a1' }, ...tables, route: { x: 'x1', bad: 'b2', y: 'y1' } }));
  expect(told(ackAll(talk))).toEqual([['route', ['bad']]]);
  expect(talk.protocol.status().route.nack).toBeUndefined();
});

test('while routes go alone, clusters that the later ones may still name stay', () => {
  const { talk } = refusing();
  talk.show(snapshotOf(2, { cluster: { a: 'a1' }, ...tables, route: { x: 'x2', bad: 'b2', y: 'y2' } }));
  ackAll(talk);
  talk.show(snapshotOf(3, { ...tables, route: { x: 'x3', bad: 'b3', y: 'y3' } }));
  talk.wait(60_000);
  expect(told(talk.heard().slice(-1))).toEqual([['route', ['x']]]);
});

test('a snapshot counts as acknowledged once all of its resources are', () => {
  const talk = deltaConversation();
  talk.show(one);
  talk.say('cluster');
  const [clusters] = talk.heard();
  talk.ack(expectHeard(clusters));
  expect(talk.protocol.settled()).toBeUndefined();
  talk.say('endpoint', { resourceNamesSubscribe: ['a'] });
  talk.say('listener');
  talk.say('secret', { resourceNamesSubscribe: ['s'] });
  talk.say('route', { resourceNamesSubscribe: ['r'] });
  ackAll(talk);
  expect(talk.protocol.settled()).toBeUndefined();
  talk.say('endpoint', { resourceNamesSubscribe: ['b'] });
  ackAll(talk);
  expect(talk.protocol.settled()).toBe(1);
});

test('a snapshot that changes nothing is acknowledged at once', () => {
  const talk = started();
  talk.show({ ...one, sequence: 2 });
  talk.show(snapshotOf(3, contents()));
  expect(talk.heard()).toEqual([]);
  expect(talk.happened).toEqual([
    { kind: 'settled', sequence: 2 },
    { kind: 'settled', sequence: 3 },
  ]);
});

test('an earlier snapshot counts while a later one is on its way', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), route: { r: 'r2' } }));
  const [second] = talk.heard();
  talk.show(snapshotOf(3, { ...contents(), route: { r: 'r3' } }));
  const [third] = talk.heard();
  talk.ack(expectHeard(second));
  expect(talk.protocol.settled()).toBe(2);
  talk.ack(expectHeard(third));
  expect(talk.protocol.settled()).toBe(3);
});

test('an answer to a response that was never sent means nothing', () => {
  const talk = started();
  talk.say('route', { responseNonce: '4711', errorDetail: { message: 'no' } });
  talk.say('route', { responseNonce: 'x' });
  expect(talk.happened).toEqual([]);
  expect(talk.protocol.status().route.nack).toBeUndefined();
});

test('a type that is not served is ignored', () => {
  const talk = deltaConversation();
  talk.show(one);
  talk.say('route', { typeUrl: 'type.googleapis.com/envoy.service.runtime.v3.Runtime', resourceNamesSubscribe: ['*'] });
  expect(talk.heard()).toEqual([]);
  expect(talk.happened[0]?.kind).toBe('ignored');
});
