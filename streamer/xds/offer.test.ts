// What a client refused is offered to it again, slowly: what it lacked may have come meanwhile, and nobody else would say.
import { expect, test } from 'vitest';
import { deltaConversation, type Heard, snapshotOf, sotwConversation } from './fixture.ts';

const second = 1_000;
const message = 'unable to read file: /nowhere/ca.pem';

const only = (responses: readonly Heard[]): Heard => {
  const [first, ...others] = responses;
  if (first === undefined || others.length > 0) throw new Error(`${responses.length} responses were heard`);
  return first;
};

/** A client of a snapshot with one secret and one cluster, which took the cluster and refused the secret. */
function refusing(mode: 'delta' | 'sotw') {
  const talk = mode === 'delta' ? deltaConversation() : sotwConversation();
  const names = { resourceNames: ['s'], resourceNamesSubscribe: ['s'] };
  talk.show(snapshotOf(1, { cluster: { a: 'a=1' }, secret: { s: 's=1' } }));
  talk.say('cluster');
  talk.ack(only(talk.heard()));
  talk.say('secret', names);
  const refuse = () => talk.nack(only(talk.heard()), message, { resourceNames: ['s'] });
  refuse();
  return { talk, refuse, take: () => talk.ack(only(talk.heard()), { resourceNames: ['s'] }) };
}

test.each(['delta', 'sotw'] as const)('%s: a refused secret is offered again, less and less often', (mode) => {
  const { talk, refuse, take } = refusing(mode);
  const { nack } = talk.protocol.status().secret;
  for (const wait of [30, 60, 120, 240, 300, 300]) {
    talk.wait((wait - 1) * second);
    expect(talk.heard()).toEqual([]);
    talk.wait(second);
    refuse();
  }
  // To be refused again is no news.
  expect(talk.happened.filter(({ kind }) => kind === 'nacked')).toHaveLength(1);
  expect(talk.protocol.status().secret.nack).toBe(nack);
  expect(talk.protocol.settled()).toBeUndefined();
  talk.wait(300 * second);
  take();
  expect(talk.protocol.status().secret.nack).toBeUndefined();
  expect(talk.protocol.settled()).toBe(1);
  talk.wait(600 * second);
  expect(talk.heard()).toEqual([]);
});

test.each(['delta', 'sotw'] as const)(
  '%s: another version is refused anew, and one that is gone is not offered',
  (mode) => {
    const { talk, refuse } = refusing(mode);
    talk.wait(30 * second);
    refuse();
    talk.show(snapshotOf(2, { cluster: { a: 'a=1' }, secret: { s: 's=2' } }));
    refuse();
    expect(talk.happened.filter(({ kind }) => kind === 'nacked')).toHaveLength(2);
    talk.wait(30 * second);
    refuse();
    talk.show(snapshotOf(3, { cluster: { a: 'a=1' } }));
    talk.wait(300 * second);
    expect(talk.heard().flatMap(({ resources }) => Object.keys(resources))).toEqual([]);
  },
);

test.each(['delta', 'sotw'] as const)('%s: of two that are refused each keeps its words', (mode) => {
  const talk = mode === 'delta' ? deltaConversation() : sotwConversation();
  const asked = { resourceNames: ['r', 's'], resourceNamesSubscribe: ['r', 's'] };
  const bad = new Set(['r', 's']);
  const answer = () => {
    for (let heard = talk.heard(); heard.length > 0; heard = talk.heard()) {
      for (const response of heard) {
        const [first] = Object.keys(response.resources).filter((name) => bad.has(name));
        if (first === undefined) talk.ack(response, { resourceNames: asked.resourceNames });
        else talk.nack(response, `no file ${first}`, { resourceNames: asked.resourceNames });
      }
    }
  };
  const refusals = () => talk.happened.filter(({ kind }) => kind === 'nacked').length;
  talk.show(snapshotOf(1, { cluster: { a: 'a=1' }, secret: { r: 'r=1', s: 's=1' } }));
  talk.say('cluster');
  talk.ack(only(talk.heard()));
  talk.say('secret', asked);
  answer();
  const { nack } = talk.protocol.status().secret;
  expect(new Set(nack?.names)).toEqual(bad);
  expect(nack?.message.split('\n').sort()).toEqual(['r: no file r', 's: no file s']);

  // Neither is news when it is refused again.
  const before = refusals();
  talk.wait(30 * second);
  answer();
  talk.wait(60 * second);
  answer();
  expect(refusals()).toBe(before);

  bad.delete('s');
  talk.wait(120 * second);
  answer();
  expect(talk.protocol.status().secret.nack).toMatchObject({ names: ['r'], message: 'no file r' });
});

test('a client that does not answer is not told it over and over', () => {
  const { talk } = refusing('delta');
  talk.wait(30 * second);
  only(talk.heard());
  talk.wait(300 * second);
  expect(talk.heard()).toEqual([]);
});

test('sotw: of a list what was refused is away, but for when it is offered', () => {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, { listener: { l: 'l=1', m: 'm=1' } }));
  talk.say('listener');
  const refused = 'Error adding/updating listener(s) m: cannot bind: Address already in use';
  const both = only(talk.heard());
  expect(Object.keys(both.resources)).toEqual(['l', 'm']);
  talk.nack(both, refused);
  const take = (names: readonly string[]) => {
    const response = only(talk.heard());
    expect(Object.keys(response.resources)).toEqual(names);
    talk.ack(response);
  };
  take(['l']);
  talk.wait(30 * second);
  talk.nack(only(talk.heard()), refused);
  take(['l']);
  expect(talk.protocol.status().listener.nack?.names).toEqual(['m']);
  talk.wait(60 * second);
  take(['l', 'm']);
  expect(talk.protocol.status().listener.nack).toBeUndefined();
});

test('sotw: a list of which all was refused is offered again', () => {
  const talk = sotwConversation();
  talk.show(snapshotOf(1, { listener: { l: 'l=1', m: 'm=1' } }));
  talk.say('listener');
  const refused = 'Error adding/updating listener(s) l: cannot open, m: cannot open';
  talk.nack(only(talk.heard()), refused);
  const none = only(talk.heard());
  expect(none.resources).toEqual({});
  talk.ack(none);
  talk.wait(30 * second);
  const both = only(talk.heard());
  expect(Object.keys(both.resources)).toEqual(['l', 'm']);
  // Envoy asks for what they name before it answers: they stay.
  talk.say('route', { resourceNames: ['r'] });
  expect(talk.heard()).toEqual([]);
  talk.ack(both);
  expect(talk.heard()).toEqual([]);
  expect(talk.protocol.status().listener.nack).toBeUndefined();
});
