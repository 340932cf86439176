// No request fails for the order in which things are told: what is named is ready first, tables change one after the other,
// and nothing goes that may still be named.
import { expect, test } from 'vitest';
import { ackAll, content, started, told } from './delta-fixture.ts';
import { deltaConversation, type Heard, snapshotOf } from './fixture.ts';

test('a new cluster is ready before a listener or route that names it is told', () => {
  const talk = started();
  talk.show(
    snapshotOf(2, {
      ...content,
      cluster: { a: 'a1', b: 'b1', fresh: 'f1' },
      listener: { l: 'l2' },
      route: { r: 'to fresh' },
    }),
  );
  const [cluster, ...others] = talk.heard();
  expect(told([expectHeard(cluster), ...others])).toEqual([
    ['cluster', ['fresh']],
    ['listener', ['l']],
  ]);
  talk.show(
    snapshotOf(3, {
      ...content,
      cluster: { a: 'a2', b: 'b1', fresh: 'f1' },
      listener: { l: 'l2' },
      route: { r: 'to fresh' },
    }),
  );
  talk.wait(1_000);
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a']],
    ['endpoint', ['a']],
  ]);
  talk.ack(expectHeard(cluster));
  expect(told(talk.heard())).toEqual([['route', ['r']]]);
});

test('a cluster that is not ready after ten seconds is waited for no longer', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...content, cluster: { a: 'a1', b: 'b1', fresh: 'f1' }, route: { r: 'to fresh' } }));
  expect(told(talk.heard())).toEqual([['cluster', ['fresh']]]);
  talk.wait(9_999);
  expect(talk.heard()).toEqual([]);
  talk.wait(1);
  expect(told(talk.heard())).toEqual([['route', ['r']]]);
});

test('a refused cluster is not waited for', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...content, cluster: { a: 'a1', b: 'b1', fresh: 'f1' }, route: { r: 'to fresh' } }));
  talk.nack(expectHeard(talk.heard()[0]), 'Error adding/updating cluster(s) fresh: no');
  expect(told(talk.heard())).toEqual([['route', ['r']]]);
});

test('while a table is still asked for that is no more, clusters stay, which it may name', () => {
  const talk = started();
  talk.show(
    snapshotOf(2, {
      ...content,
      cluster: { a: 'a1' },
      endpoint: { a: 'ea1' },
      listener: { l: 'l2' },
      route: { s: 's1' },
    }),
  );
  talk.say('route', { resourceNamesSubscribe: ['s'] });
  ackAll(talk);
  talk.wait(60_000);
  expect(talk.heard()).toEqual([]);
  talk.say('route', { resourceNamesUnsubscribe: ['r'] });
  expect(told(talk.heard())).toEqual([
    ['cluster', [], ['b']],
    ['endpoint', [], ['b']],
  ]);
});

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

function expectHeard(response: Heard | undefined): Heard {
  if (response === undefined) throw new Error('nothing was heard');
  return response;
}
