// For the tests of delta ADS: an Envoy that has started on a small snapshot, and what it is told from then on.
import type { DeltaRequest } from './delta.ts';
import { type Conversation, deltaConversation, type Heard, snapshotOf } from './fixture.ts';

export const content = {
  cluster: { a: 'a1', b: 'b1' },
  endpoint: { a: 'ea1', b: 'eb1' },
  secret: { s: 's1' },
  listener: { l: 'l1' },
  route: { r: 'r1' },
};

export const one = snapshotOf(1, content);

/** An Envoy that starts: each type is asked for once the one before has been told and acknowledged. */
export function started(snapshot = one): Conversation<DeltaRequest> {
  const talk = deltaConversation();
  talk.show(snapshot);
  talk.say('cluster');
  ackAll(talk);
  talk.say('endpoint', { resourceNamesSubscribe: [...snapshot.resources.endpoint.keys()] });
  talk.say('secret', { resourceNamesSubscribe: [...snapshot.resources.secret.keys()] });
  talk.say('listener');
  talk.say('route', { resourceNamesSubscribe: [...snapshot.resources.route.keys()] });
  ackAll(talk);
  talk.happened.length = 0;
  return talk;
}

export function ackAll(talk: Conversation<DeltaRequest>): readonly Heard[] {
  const all: Heard[] = [];
  for (let some = talk.heard(); some.length > 0; some = talk.heard()) {
    for (const response of some) talk.ack(response);
    all.push(...some);
  }
  return all;
}

/** Type, names and, where some went, what went. */
export const told = (responses: readonly Heard[]) =>
  responses.map(({ type, resources, removed }) => [type, Object.keys(resources), ...(removed.length ? [removed] : [])]);
