// The state-of-the-world protocol, spoken without a connection. Contents begin with "NAME=", since responses name nothing.
import { expect, test } from 'vitest';
import { type Conversation, type Heard, snapshotOf, sotwConversation } from './fixture.ts';
import type { Snapshot } from './snapshot.ts';
import type { SotwRequest } from './sotw.ts';
import { versionOfMap } from './version.ts';

function contents() {
  return {
    cluster: { a: 'a=1', b: 'b=1' },
    endpoint: { a: 'a=1', b: 'b=1' },
    secret: { s: 's=1' },
    listener: { l: 'l=1' },
    route: { r: 'r=1', q: 'q=1' },
  };
}

function started(): Conversation<SotwRequest> {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, contents()));
  talk.say('cluster');
  talk.say('endpoint', { resourceNames: ['a', 'b'] });
  talk.say('secret', { resourceNames: ['s'] });
  talk.say('listener');
  talk.say('route', { resourceNames: ['r', 'q'] });
  for (const response of talk.heard()) acknowledge(talk, response);
  talk.happened.length = 0;
  return talk;
}

const names: Partial<Record<string, readonly string[]>> = {
  endpoint: ['a', 'b'],
  secret: ['s'],
  route: ['r', 'q'],
};

function acknowledge(talk: Conversation<SotwRequest>, response: Heard): void {
  talk.ack(response, { versionInfo: response.version, resourceNames: names[response.type] ?? [] });
}

function refuse(talk: Conversation<SotwRequest>, response: Heard, message: string): void {
  talk.nack(response, message, { resourceNames: names[response.type] ?? [] });
}

const told = (responses: readonly Heard[]) => responses.map(({ type, resources }) => [type, Object.values(resources)]);

const only = (responses: readonly Heard[]): Heard => {
  const [first, ...others] = responses;
  if (first === undefined || others.length > 0) throw new Error(`${responses.length} responses were heard`);
  return first;
};

/** The same Envoy on a new stream, with the versions that it has. */
function comeBack(snapshot: Snapshot, had: Snapshot, endpointNames = ['a', 'b']): Conversation<SotwRequest> {
  const talk = sotwConversation();
  talk.show(snapshot);
  talk.say('cluster', { versionInfo: versionOfMap(had.resources.cluster) });
  talk.say('endpoint', { versionInfo: versionOfMap(had.resources.endpoint), resourceNames: endpointNames });
  return talk;
}

test('nothing is said before the snapshot is loaded, all that was asked for after', () => {
  const talk = sotwConversation();
  talk.say('cluster');
  talk.say('endpoint', { resourceNames: ['a'] });
  expect(talk.heard()).toEqual([]);
  const snapshot = snapshotOf(1, contents());
  talk.show(snapshot);
  const [clusters, endpoints] = talk.heard();
  expect(clusters?.resources).toEqual({ a: 'a=1', b: 'b=1' });
  expect(clusters?.version).toBe(versionOfMap(snapshot.resources.cluster));
  expect(endpoints?.resources).toEqual({ a: 'a=1' });
});

test('a view that is no longer loaded takes nothing away', () => {
  const talk = started();
  talk.show(undefined);
  talk.wait(60_000);
  expect(talk.heard()).toEqual([]);
});

test('an empty list is answered where it means all, once', () => {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, {}));
  talk.say('cluster');
  talk.say('route');
  const empty = only(talk.heard());
  expect(told([empty])).toEqual([['cluster', []]]);
  acknowledge(talk, empty);
  talk.show(snapshotOf(2, {}));
  expect(talk.heard()).toEqual([]);
});

test('an empty list after names means none', () => {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, contents()));
  talk.say('cluster', { resourceNames: ['a'] });
  expect(told(talk.heard())).toEqual([['cluster', ['a=1']]]);
  talk.say('cluster', { resourceNames: [] });
  expect(told(talk.heard())).toEqual([['cluster', []]]);
});

test('clusters and listeners are told whole, all else only what changed', () => {
  const talk = started();
  const next = { ...contents(), cluster: { a: 'a=1', b: 'b=1', c: 'c=1' }, route: { r: 'r=2', q: 'q=1' } };
  const snapshot = snapshotOf(2, next);
  talk.show(snapshot);
  const responses = talk.heard();
  expect(told(responses)).toEqual([
    ['cluster', ['a=1', 'b=1', 'c=1']],
    ['route', ['r=2']],
  ]);
  // The version is that of all routes asked for, not only of those in the response.
  expect(responses[1]?.version).toBe(versionOfMap(snapshot.resources.route));
});

test('the endpoints of a changed cluster are told again', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a=2', b: 'b=1' } }));
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a=2', 'b=1']],
    ['endpoint', ['a=1']],
  ]);
});

test('a growing list of names is answered with what is new', () => {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, contents()));
  talk.say('route', { resourceNames: ['r'] });
  const first = only(talk.heard());
  talk.ack(first, { versionInfo: first.version, resourceNames: ['r', 'q'] });
  expect(told(talk.heard())).toEqual([['route', ['q=1']]]);
});

test('the newest list of names counts, whatever its nonce, and an old nonce acknowledges nothing newer', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), route: { r: 'r=2', q: 'q=1' } }));
  const second = only(talk.heard());
  talk.show(snapshotOf(3, { ...contents(), route: { r: 'r=3', q: 'q=1' } }));
  const third = only(talk.heard());
  talk.ack(second, { resourceNames: ['r'] });
  expect(talk.protocol.status().route.acked).toBe(second.version);
  expect(talk.protocol.status().route.sent).toBe(third.version);
  talk.show(snapshotOf(4, { ...contents(), route: { r: 'r=3', q: 'q=4' } }));
  expect(talk.heard()).toEqual([]);
});

test('one answer may stand for several responses', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), route: { r: 'r=2', q: 'q=1' } }));
  talk.show(snapshotOf(3, { ...contents(), route: { r: 'r=2', q: 'q=3' } }));
  const last = talk.heard().at(-1);
  if (last !== undefined) acknowledge(talk, last);
  expect(talk.protocol.settled()).toBe(3);
});

test('vanished clusters stay in the list for five seconds, vanished listeners do not', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { b: 'b=1', c: 'c=1' }, listener: {} }));
  const responses = talk.heard();
  expect(told(responses)).toEqual([
    ['cluster', ['b=1', 'c=1', 'a=1']],
    ['listener', []],
  ]);
  for (const response of responses) acknowledge(talk, response);
  talk.wait(4_999);
  expect(talk.heard()).toEqual([]);
  talk.wait(1);
  expect(told(talk.heard())).toEqual([['cluster', ['b=1', 'c=1']]]);
});

test('a client that comes back with equal versions is told nothing, and counts as up to date', () => {
  const snapshot = snapshotOf(9, { cluster: { a: 'a=1' }, endpoint: { a: 'a=1' } });
  const talk = comeBack(snapshot, snapshot, ['a']);
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.settled()).toBe(9);
  talk.show(snapshotOf(10, { cluster: { a: 'a=1' }, endpoint: { a: 'a=2' } }));
  expect(told(talk.heard())).toEqual([['endpoint', ['a=2']]]);
});

test('a client that comes back to changed clusters gets unchanged endpoints again', () => {
  const had = snapshotOf(1, contents());
  const talk = comeBack(snapshotOf(2, { ...contents(), cluster: { a: 'a=2', b: 'b=1' } }), had);
  expect(told(talk.heard())).toEqual([
    ['cluster', ['a=2', 'b=1']],
    ['endpoint', ['a=1', 'b=1']],
  ]);
});

test('a client may come back before the snapshot is loaded', () => {
  const snapshot = snapshotOf(9, { cluster: { a: 'a=1' } });
  const talk = sotwConversation();
  talk.say('cluster', { versionInfo: versionOfMap(snapshot.resources.cluster) });
  talk.show(snapshot);
  expect(talk.heard()).toEqual([]);
});

test('a client that comes back says nothing of what it asks for later', () => {
  const snapshot = snapshotOf(9, contents());
  const talk = sotwConversation();
  talk.say('route', { versionInfo: versionOfMap(snapshot.resources.route), resourceNames: ['r'] });
  talk.say('route', { versionInfo: versionOfMap(snapshot.resources.route), resourceNames: ['r', 'q'] });
  talk.show(snapshot);
  expect(told(talk.heard())).toEqual([['route', ['r=1', 'q=1']]]);
});

test('what is refused of a list is sent no more, what comes in its place is', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), listener: { l: 'l=2', m: 'm=bad' } }));
  refuse(talk, only(talk.heard()), 'Error adding/updating listener(s) m: duplicate matcher');
  const without = only(talk.heard());
  expect(told([without])).toEqual([['listener', ['l=2']]]);
  acknowledge(talk, without);
  talk.show(snapshotOf(3, { ...contents(), listener: { l: 'l=3', m: 'm=bad' } }));
  const next = only(talk.heard());
  expect(told([next])).toEqual([['listener', ['l=3']]]);
  acknowledge(talk, next);
  expect(talk.protocol.status().listener.nack?.names).toEqual(['m']);
  expect(talk.protocol.settled()).toBe(1);
  talk.show(snapshotOf(4, { ...contents(), listener: { l: 'l=3', m: 'm=4' } }));
  const good = only(talk.heard());
  expect(told([good])).toEqual([['listener', ['l=3', 'm=4']]]);
  acknowledge(talk, good);
  expect(talk.protocol.status().listener.nack).toBeUndefined();
  expect(talk.protocol.settled()).toBe(4);
});

test('what was refused of a list stays as the client has it', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a=bad', b: 'b=2' } }));
  const [list] = talk.heard();
  if (list === undefined) throw new Error('nothing was heard');
  // Envoy could not read the list, so that it has taken nothing of it.
  refuse(talk, list, 'goo.gle/debugstr name: "a" : Proto constraint validation failed');
  const without = talk.heard()[0];
  if (without === undefined) throw new Error('nothing was heard');
  expect(without.resources).toEqual({ a: 'a=1', b: 'b=2' });
  acknowledge(talk, without);
  expect(talk.protocol.status().cluster.nack?.names).toEqual(['a']);
  talk.show(snapshotOf(3, { ...contents(), cluster: { a: 'a=1', b: 'b=2' } }));
  expect(talk.protocol.status().cluster.nack).toBeUndefined();
});

test('a refused list is sent as it is where nobody knows what the client has', () => {
  const had = snapshotOf(1, contents());
  const talk = comeBack(snapshotOf(2, { ...contents(), cluster: { a: 'a=bad', b: 'b=2' } }), had);
  const [list] = talk.heard();
  if (list === undefined) throw new Error('nothing was heard');
  refuse(talk, list, 'Error adding/updating cluster(s) a: bad');
  expect(talk.heard().map(({ type }) => type)).not.toContain('cluster');
});

test('a refused cluster that is taken back is no trouble any more', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), cluster: { a: 'a=1', b: 'b=1', c: 'c=bad' } }));
  refuse(talk, only(talk.heard()), 'Error adding/updating cluster(s) c: bad');
  acknowledge(talk, only(talk.heard()));
  expect(talk.protocol.settled()).toBe(1);
  talk.show(snapshotOf(3, contents()));
  expect(talk.protocol.settled()).toBe(3);
  expect(talk.protocol.status().cluster.nack).toBeUndefined();
  expect(talk.heard()).toEqual([]);
});

test('of a refused list the good part is in use, so the next refusal is not its fault', () => {
  const talk = started();
  talk.show(snapshotOf(2, { ...contents(), listener: { l: 'l=2', m: 'm=bad' } }));
  refuse(talk, only(talk.heard()), 'Error adding/updating listener(s) m: duplicate matcher');
  acknowledge(talk, only(talk.heard()));
  talk.show(snapshotOf(3, { ...contents(), listener: { l: 'l=2', m: 'm=worse' } }));
  refuse(talk, only(talk.heard()), 'something is wrong');
  expect(talk.protocol.status().listener.nack?.names).toEqual(['m']);
});

test('changes of routes go one by one, and the version tells what the client has', () => {
  const talk = started();
  const snapshot = snapshotOf(2, { ...contents(), route: { r: 'r=bad', q: 'q=2' } });
  talk.show(snapshot);
  const [bad, good, ...others] = talk.heard();
  if (bad === undefined || good === undefined) throw new Error('two were expected');
  expect(told([bad, good, ...others])).toEqual([
    ['route', ['r=bad']],
    ['route', ['q=2']],
  ]);
  refuse(talk, bad, 'missing ]: [');
  acknowledge(talk, good);
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.status().route.nack?.names).toEqual(['r']);
  // It brings the version of what it took, which it took without what it refused.
  const again = sotwConversation();
  again.show(snapshot);
  again.say('route', { versionInfo: good.version, resourceNames: ['r', 'q'] });
  expect(told(again.heard())).toEqual([['route', ['r=bad', 'q=2']]]);
});

test('after a refusal of the first routes each goes alone, and the version tells what the client has', () => {
  const talk = sotwConversation();
  const snapshot = snapshotOf(1, { ...contents(), cluster: {}, endpoint: {}, route: { r: 'r=bad', q: 'q=2' } });
  talk.show(snapshot);
  talk.say('route', { resourceNames: ['r', 'q'] });
  refuse(talk, only(talk.heard()), 'missing ]: [');
  const bad = only(talk.heard());
  expect(told([bad])).toEqual([['route', ['r=bad']]]);
  talk.wait(0);
  expect(talk.heard()).toEqual([]);
  refuse(talk, bad, 'missing ]: [');
  const good = only(talk.heard());
  expect(told([good])).toEqual([['route', ['q=2']]]);
  acknowledge(talk, good);
  expect(good.version).not.toBe(versionOfMap(snapshot.resources.route));
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.status().route.nack?.names).toEqual(['r']);
});

test('a new cluster is ready before a listener or route that names it is told', () => {
  const talk = started();
  const cluster = { ...contents().cluster, fresh: 'fresh=1' };
  talk.show(snapshotOf(2, { ...contents(), cluster, listener: { l: 'l=fresh' }, route: { r: 'r=1', q: 'q=fresh' } }));
  const clusters = only(talk.heard());
  talk.wait(9_999);
  expect(talk.heard()).toEqual([]);
  acknowledge(talk, clusters);
  expect(told(talk.heard())).toEqual([
    ['listener', ['l=fresh']],
    ['route', ['q=fresh']],
  ]);
});

test('a name dropped and asked for again is answered again', () => {
  const talk = started();
  talk.say('endpoint', { resourceNames: ['a'] });
  expect(talk.heard()).toEqual([]);
  talk.say('endpoint', { resourceNames: ['a', 'b'] });
  expect(told(talk.heard())).toEqual([['endpoint', ['b=1']]]);
});

test('a type that is not served is ignored', () => {
  const talk = started();
  talk.say('route', { typeUrl: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig', resourceNames: ['x'] });
  expect(talk.heard()).toEqual([]);
  expect(talk.happened[0]?.kind).toBe('ignored');
});
