// Delta: a request names what it wants more or no longer, a response holds what changed and what is gone.
// A client that comes back says which versions it has, and is told the difference alone.
import { Books } from './books.ts';
import { type Changes, changesOf, type Turn } from './changes.ts';
import type { Frames } from './frames.ts';
import { typeOfUrl } from './order.ts';
import { inTurn, isolates, nonceOf, type Outgoing, type Protocol, type Received } from './protocol.ts';
import type { ResourceType, Snapshot } from './snapshot.ts';

/** The part of envoy.service.discovery.v3.DeltaDiscoveryRequest that counts. */
export interface DeltaRequest {
  readonly typeUrl: string;
  readonly resourceNamesSubscribe: readonly string[];
  readonly resourceNamesUnsubscribe: readonly string[];
  readonly initialResourceVersions: Readonly<Record<string, string>>;
  readonly responseNonce: string;
  readonly errorDetail?: { readonly message: string } | undefined;
}

export function createDelta(frames: Frames, linger: number): Protocol<DeltaRequest> {
  const books = new Books(linger);
  /** Types whose wildcard has yet to be answered, if only with an empty response: Envoy waits for one. */
  const unanswered = new Set<ResourceType>();

  function receive(request: DeltaRequest, at: number): Received {
    const type = typeOfUrl(request.typeUrl);
    if (type === undefined) return { kind: 'ignored', typeUrl: request.typeUrl };
    const ledger = books.ledgers[type];
    subscribe(type, request);

    const nonce = nonceOf(request.responseNonce);
    if (request.errorDetail !== undefined) {
      const nack = ledger.refuse(nonce, false, request.errorDetail.message, at, isolates(type));
      return nack === undefined ? { kind: 'asked', type } : { kind: 'nacked', type, nack };
    }
    const acked = ledger.accept(nonce, false);
    return acked ? { kind: 'acked', type, version: ledger.ackedVersion ?? '' } : { kind: 'asked', type };
  }

  function subscribe(type: ResourceType, request: DeltaRequest): void {
    const ledger = books.ledgers[type];
    const subscription = books.subscriptions[type];
    const first = !subscription.asked;
    const { resourceNamesSubscribe: more, resourceNamesUnsubscribe: fewer } = request;
    const { wildcardAsked, wildcardLeft } = subscription.change(more, fewer);
    // A name asked for again is answered again, whether the client had it or not.
    ledger.forget([...fewer, ...more]);
    if (wildcardAsked && !first) ledger.forget([...ledger.told.keys()]);
    if (wildcardLeft) ledger.forget([...ledger.told.keys()].filter((name) => !subscription.wants(name)));
    if (wildcardAsked) unanswered.add(type);
    if (first) {
      const initial = Object.entries(request.initialResourceVersions).filter(([name]) => subscription.wants(name));
      ledger.adopt(initial);
      if (initial.length > 0) unanswered.delete(type);
    }
    if (first || wildcardAsked || wildcardLeft || more.length + fewer.length > 0) ledger.level = undefined;
  }

  function next(type: ResourceType, snapshot: Snapshot, turn: Turn): Outgoing | undefined {
    const ledger = books.ledgers[type];
    const subscription = books.subscriptions[type];
    const map = snapshot.resources[type];
    if (!subscription.asked) {
      if (map.size === 0) books.level(type, snapshot);
      return undefined;
    }
    ledger.offerAgain(map, turn.now);
    const all = changesOf(type, ledger, subscription, map, { ...turn, linger, canRemove: true });
    if (books.holdsBack(type, all.resources, turn.now)) return undefined;
    const size = all.resources.length + all.removed.length;
    const waits = ledger.alone && ledger.waiting && size > 0;
    const one = ledger.alone || inTurn(type, ledger);
    ledger.behind = waits || (one && all.resources.length > 1);
    if (waits) return undefined;
    const now = one ? firstOf(all) : all;
    const outgoing = size > 0 || unanswered.has(type) ? say(type, snapshot, now, turn.now) : undefined;
    if (!ledger.behind) books.level(type, snapshot);
    return outgoing;
  }

  function say(type: ResourceType, snapshot: Snapshot, { resources, removed }: Changes, at: number): Outgoing {
    const ledger = books.ledgers[type];
    const version = String(snapshot.sequence);
    const names = resources.map((resource) => resource.name);
    if (type === 'cluster') books.oweEndpoints(names, snapshot);
    const frame = frames(snapshot, { mode: 'delta', type, version, resources, removed }, ledger.lastNonce);
    ledger.sent({ nonce: frame.nonce, version, at, items: frame.items, full: false });
    ledger.drop(removed.filter((name) => !books.subscriptions[type].names(name)));
    unanswered.delete(type);
    const more = ledger.behind && !ledger.alone;
    return { type, version, nonce: frame.nonce, resources: names, removed, bytes: frame.bytes, more };
  }

  return {
    receive,
    next,
    settled: () => books.settled(),
    behind: () => books.behind(),
    mayRemove: (snapshot) => books.mayRemove(snapshot),
    due: (snapshot) => books.due(snapshot),
    status: () => books.status(),
  };
}

/** One resource, and all removals with it: those cannot be refused. */
function firstOf({ resources, removed }: Changes): Changes {
  return { resources: resources.slice(0, 1), removed };
}
