// The delta protocol, spoken without a connection.
import { expect, test } from 'vitest';
import { ackAll, one, started, told } from './delta-fixture.ts';
import { deltaConversation, type Heard, resource, snapshotOf } from './fixture.ts';

test('nothing is said before the snapshot is loaded, all that was asked for after', () => {
  const talk = deltaConversation();
  talk.say('cluster');
  talk.say('endpoint', { resourceNamesSubscribe: ['a'] });
  expect(talk.heard()).toEqual([]);
  talk.show(one);
  expect(talk.heard()).toEqual([
    { type: 'cluster', version: '1', nonce: '1', resources: { a: 'a1', b: 'b1' }, removed: [] },
    { type: 'endpoint', version: '1', nonce: '2', resources: { a: 'ea1' }, removed: [] },
  ]);
});

test('a view that is no longer loaded takes nothing away', () => {
  const talk = started();
  talk.show(undefined);
  talk.wait(60_000);
  expect(talk.heard()).toEqual([]);
});

test('what is wanted by wildcard is answered even when there is none of it', () => {
  const talk = deltaConversation();
  talk.show(snapshotOf(1, {}));
  talk.say('cluster', { resourceNamesSubscribe: ['*'] });
  talk.say('listener');
  const responses = talk.heard();
  expect(told(responses)).toEqual([
    ['cluster', []],
    ['listener', []],
  ]);
  for (const response of responses) talk.ack(response);
  talk.show(snapshotOf(2, {}));
  expect(talk.heard()).toEqual([]);
});

test('an empty first request is a wildcard for clusters and listeners alone', () => {
  const talk = deltaConversation();
  talk.show(one);
  talk.say('route');
  expect(talk.heard()).toEqual([]);
});

test('only what changed is told, clusters first and routes last, with the sequence as its version', () => {
  const talk = started();
  talk.show(
    snapshotOf(2, {
      cluster: { a: 'a1', b: 'b1', c: 'c1' },
      endpoint: { a: 'ea2', b: 'eb1' },
      secret: { s: 's2' },
      listener: { l: 'l2' },
      route: { r: 'r2' },
    }),
  );
  const responses = talk.heard();
  expect(told(responses)).toEqual([
    ['cluster', ['c']],
    ['endpoint', ['a']],
    ['secret', ['s']],
    ['listener', ['l']],
    ['route', ['r']],
  ]);
  expect(new Set(responses.map((response) => response.version))).toEqual(new Set(['2']));
});

test('the endpoints of a changed cluster are told again, changed or not', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a2', b: 'b1' } }));
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a']],
    ['endpoint', ['a']],
  ]);
});

test('a push waits for no acknowledgement of another type', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a2', b: 'b1' } }));
  talk.heard();
  talk.show(snapshotOf(3, { ...contents(), cluster: { a: 'a3', b: 'b1' }, route: { r: 'r3' } }));
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a']],
    ['endpoint', ['a']],
    ['route', ['r']],
  ]);
});

test('listeners and routes go at once, clusters, endpoints and secrets five seconds later', () => {
  const talk = started();
  talk.show(snapshotOf(2, { cluster: { a: 'a1' }, endpoint: { a: 'ea1' } }));
  expect(told(ackAll(talk))).toEqual([
    ['listener', [], ['l']],
    ['route', [], ['r']],
  ]);
  talk.say('route', { resourceNamesUnsubscribe: ['r'] });
  talk.wait(4_999);
  expect(talk.heard()).toEqual([]);
  talk.wait(1);
  expect(told(talk.heard())).toEqual([
    ['cluster', [], ['b']],
    ['endpoint', [], ['b']],
    ['secret', [], ['s']],
  ]);
});

test('a cluster that comes back in time is not removed, and not sent again when it is the same', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a1' } }));
  talk.wait(4_000);
  talk.show(snapshotOf(3, contents()));
  talk.wait(60_000);
  expect(talk.heard()).toEqual([]);
});

test('while a listener or route is refused, which may name them, clusters stay', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a1' }, route: { r: 'r2' } }));
  const [route] = talk.heard();
  talk.nack(expectHeard(route), 'bad route');
  talk.wait(20_000);
  expect(talk.heard()).toEqual([]);
  talk.show(snapshotOf(3, { ...contents(), cluster: { a: 'a1' }, route: { r: 'r3' } }));
  expect(told(ackAll(talk))).toEqual([
    ['route', ['r']],
    ['cluster', [], ['b']],
  ]);
});

test('a name that does not exist is answered as removed, and told when it comes to be', () => {
  const talk = started();
  talk.say('route', { resourceNamesSubscribe: ['x'] });
  expect(told(talk.heard())).toEqual([['route', [], ['x']]]);
  talk.show(snapshotOf(2, { ...contents(), route: { r: 'r1', x: 'x1' } }));
  expect(told(talk.heard())).toEqual([['route', ['x']]]);
});

test('a name asked for again is answered again', () => {
  const talk = started();
  talk.say('endpoint', { resourceNamesSubscribe: ['a'] });
  expect(told(talk.heard())).toEqual([['endpoint', ['a']]]);
});

test('a name no longer wanted is not told any more', () => {
  const talk = started();
  talk.say('endpoint', { resourceNamesUnsubscribe: ['a'] });
  talk.show(snapshotOf(2, { ...contents(), endpoint: { a: 'ea2', b: 'eb2' } }));
  expect(told(talk.heard())).toEqual([['endpoint', ['b']]]);
});

test('the wildcard can be given up, and names kept', () => {
  const talk = started();
  talk.say('cluster', { resourceNamesSubscribe: ['a'], resourceNamesUnsubscribe: ['*'] });
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a']],
    ['endpoint', ['a']],
  ]);
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a2', b: 'b2' } }));
  expect(talk.heard()[0]?.resources).toEqual({ a: 'a2' });
});

test('a client that comes back is told what it lacks, what differs and what is gone', () => {
  const talk = deltaConversation();
  talk.show(snapshotOf(7, { cluster: { same: 'x', other: 'y', fresh: 'z' }, listener: { l: 'l1' } }));
  const version = (name: string, content: string) => resource('cluster', name, content).version;
  const initial = { same: version('same', 'x'), other: version('other', 'old'), gone: version('gone', 'g') };
  talk.say('cluster', { resourceNamesSubscribe: ['*'], initialResourceVersions: initial });
  expect(told(talk.heard())).toEqual([['cluster', ['other', 'fresh']]]);
  talk.wait(5_000);
  expect(told(talk.heard())).toEqual([['cluster', [], ['gone']]]);
});

test('a client that comes back with everything is told nothing, and counts as up to date', () => {
  const talk = deltaConversation();
  talk.show(snapshotOf(7, { cluster: { a: 'a1' }, endpoint: { a: 'e1' } }));
  const [cluster, endpoint] = [resource('cluster', 'a', 'a1').version, resource('endpoint', 'a', 'e1').version];
  talk.say('cluster', { initialResourceVersions: { a: cluster } });
  talk.say('endpoint', { resourceNamesSubscribe: ['a'], initialResourceVersions: { a: endpoint } });
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.settled()).toBe(7);
});

test('a client that comes back to a changed cluster gets its unchanged endpoints again', () => {
  const talk = deltaConversation();
  talk.show(snapshotOf(7, { cluster: { a: 'a2' }, endpoint: { a: 'e1' } }));
  talk.say('cluster', { initialResourceVersions: { a: resource('cluster', 'a', 'a1').version } });
  talk.say('endpoint', {
    resourceNamesSubscribe: ['a'],
    initialResourceVersions: { a: resource('endpoint', 'a', 'e1').version },
  });
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a']],
    ['endpoint', ['a']],
  ]);
});

test('a refused version is kept as a fact and not sent again; a new one is', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a2', b: 'b2' } }));
  const [cluster, endpoint] = talk.heard();
  talk.ack(expectHeard(endpoint));
  talk.nack(expectHeard(cluster), 'Error adding/updating cluster(s) b: LB policy is not valid');
  expect(talk.protocol.status().cluster.nack).toEqual({
    message: 'Error adding/updating cluster(s) b: LB policy is not valid',
    names: ['b'],
    version: '2',
    at: 1_000,
  });
  talk.show(snapshotOf(3, { ...contents(), cluster: { a: 'a2', b: 'b2' } }));
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.settled()).toBe(1);
  talk.show(snapshotOf(4, { ...contents(), cluster: { a: 'a2', b: 'b4' } }));
  expect(told(ackAll(talk))).toEqual([
    ['cluster', ['b']],
    ['endpoint', ['b']],
  ]);
  expect(talk.protocol.status().cluster.nack).toBeUndefined();
  expect(talk.protocol.settled()).toBe(4);
});

test('of a response that the client could not read all else is told again, and taken away again', () => {
  const clusters = { a: 'a1', b: 'b1', c: 'c1' };
  const talk = started(snapshotOf(1, { ...contents(), cluster: clusters }));
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'bad', b: 'b1' } }));
  ackAll(talk);
  talk.wait(4_000);
  talk.show(snapshotOf(3, { ...contents(), cluster: { a: 'worse', b: 'b3' } }));
  talk.nack(expectHeard(talk.heard()[0]), 'goo.gle/debugstr name: "a" : Proto constraint validation failed');
  const again = expectHeard(talk.heard()[0]);
  expect(again.resources).toEqual({ b: 'b3' });
  talk.ack(again);
  expect(talk.protocol.status().cluster.nack?.names).toEqual(['a']);
  talk.wait(1_000);
  const removal = expectHeard(talk.heard()[0]);
  expect(removal.removed).toEqual(['c']);
  talk.nack(removal, 'goo.gle/debugstr Proto constraint validation failed');
  talk.wait(5_000);
  expect(talk.heard().map(({ removed }) => removed)).toEqual([['c']]);
});

test('a refused cluster that is taken back is no trouble any more, at once', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a1', b: 'b1', c: 'bad' } }));
  talk.nack(expectHeard(talk.heard()[0]), 'Error adding/updating cluster(s) c: bad');
  expect(talk.protocol.settled()).toBe(1);
  talk.show(snapshotOf(3, contents()));
  expect(talk.protocol.settled()).toBe(3);
  expect(talk.protocol.status().cluster.nack).toBeUndefined();
  talk.wait(5_000);
  expect(told(talk.heard())).toEqual([['cluster', [], ['c']]]);
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

function contents() {
  return {
    cluster: { a: 'a1', b: 'b1' },
    endpoint: { a: 'ea1', b: 'eb1' },
    secret: { s: 's1' },
    listener: { l: 'l1' },
    route: { r: 'r1' },
  };
}

function expectHeard(response: Heard | undefined): Heard {
  if (response === undefined) throw new Error('nothing was heard');
  return response;
}
