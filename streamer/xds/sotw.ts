// State of the world: a request lists the names it wants, a response to CDS or LDS holds all there is of the type.
// Responses to EDS, RDS and SDS hold what changed: there a client keeps what a response does not name
// (Envoy, xDS protocol, "Grouping resources into responses").
import { Books } from './books.ts';
import { changesOf, mayGo, type Turn } from './changes.ts';
import type { Frames } from './frames.ts';
import type { Ledger } from './ledger.ts';
import { isWildcardType, typeOfUrl } from './order.ts';
import { inTurn, isolates, nonceOf, type Outgoing, type Protocol, type Received } from './protocol.ts';
import type { EncodedResource, ResourceMap, ResourceType, Snapshot } from './snapshot.ts';
import { versionOf, versionOfMap } from './version.ts';

/** The part of envoy.service.discovery.v3.DiscoveryRequest that counts. */
export interface SotwRequest {
  readonly typeUrl: string;
  readonly versionInfo: string;
  readonly responseNonce: string;
  readonly resourceNames: readonly string[];
  readonly errorDetail?: { readonly message: string } | undefined;
}

export function createSotw(frames: Frames, linger: number): Protocol<SotwRequest> {
  const books = new Books(linger);
  /**
   * The version that a client brought along from an earlier stream, until it is compared with ours. It speaks of the names
   * of its first request alone: of others the client has nothing. (One that dropped a name, asked for it again and was cut
   * off before the answer claims too much. Only a change of that resource heals this; it takes all that in one moment.)
   */
  const claims = new Map<ResourceType, string>();
  /** The last list of clusters or listeners that was sent: clusters that vanished are kept in it for a while. */
  const listed = new Map<ResourceType, ResourceMap>();
  /** The last one that the client took whole; missing while nobody knows what it has from an earlier stream. */
  const taken = new Map<ResourceType, ResourceMap>();

  function receive(request: SotwRequest, at: number): Received {
    const type = typeOfUrl(request.typeUrl);
    if (type === undefined) return { kind: 'ignored', typeUrl: request.typeUrl };
    const ledger = books.ledgers[type];
    const subscription = books.subscriptions[type];
    const isFirst = !subscription.asked;
    const { changed, dropped } = subscription.replace(request.resourceNames);
    if (!isWildcardType(type)) ledger.forget(dropped);
    if (changed) {
      ledger.level = undefined;
      claims.delete(type);
    }
    if (isFirst) {
      if (request.versionInfo === '') taken.set(type, new Map());
      else claims.set(type, request.versionInfo);
    }

    // Envoy may fold the answers to several responses into one, which then carries the last nonce.
    const nonce = nonceOf(request.responseNonce);
    if (request.errorDetail !== undefined) {
      const nack = ledger.refuse(nonce, true, request.errorDetail.message, at, isolates(type));
      return nack === undefined ? { kind: 'asked', type } : { kind: 'nacked', type, nack };
    }
    const acked = ledger.accept(nonce, true);
    const list = listed.get(type);
    if (acked && !ledger.waiting && list !== undefined) taken.set(type, list);
    return acked ? { kind: 'acked', type, version: ledger.ackedVersion ?? '' } : { kind: 'asked', type };
  }

  function next(type: ResourceType, snapshot: Snapshot, turn: Turn): Outgoing | undefined {
    if (!books.subscriptions[type].asked) {
      if (snapshot.resources[type].size === 0) books.level(type, snapshot);
      return undefined;
    }
    return isWildcardType(type) ? nextList(type, snapshot, turn) : nextChanges(type, snapshot, turn);
  }

  function nextList(type: ResourceType, snapshot: Snapshot, turn: Turn): Outgoing | undefined {
    const ledger = books.ledgers[type];
    ledger.offerAgain(snapshot.resources[type], turn.now);
    if (ledger.level === snapshot.resources[type] && ledger.isPlain) {
      books.level(type, snapshot);
      return undefined;
    }
    const { list, spared } = sparing(type, wantedList(type, snapshot.resources[type], turn));
    const version = versionOfMap(list);
    const claim = claims.get(type);
    claims.delete(type);
    if (claim === version && ledger.sentVersion === undefined) {
      ledger.adopt(versionsOf([...list.values()]));
      ledger.sentVersion = version;
      ledger.ackedVersion = version;
      listed.set(type, list);
      taken.set(type, list);
    }
    const resources = [...list.values()];
    const changed = resources.filter((resource) => ledger.told.get(resource.name) !== resource.version);
    if (books.holdsBack(type, changed, turn.now)) return undefined;
    ledger.behind = false;
    if (ledger.sentVersion === version && ledger.owed.size === 0) {
      // What was refused is no longer asked for, and what is asked for the client has had all along.
      for (const name of [...ledger.refused.keys()]) {
        if (!spared.has(name) && list.get(name)?.version === ledger.held.get(name)) ledger.pardon(name);
      }
      books.level(type, snapshot);
      return undefined;
    }
    if (type === 'cluster') {
      books.oweEndpoints(
        changed.map((resource) => resource.name),
        snapshot,
      );
    }
    listed.set(type, list);
    return say(type, snapshot, version, resources, turn.now, spared);
  }

  /**
   * The list without the versions that the client refused: they would be refused again, and of a list that it cannot
   * read it takes nothing else. Each stays as the client has it, or away, until it is offered again; where nobody knows
   * what it has, it is in.
   */
  function sparing(type: ResourceType, list: ResourceMap): { list: ResourceMap; spared: ReadonlySet<string> } {
    const ledger = books.ledgers[type];
    const { refused, held, owed, told } = ledger;
    const spared = new Set<string>();
    const before = taken.get(type);
    if (refused.size === 0 || ledger.nack?.names === undefined || before === undefined) return { list, spared };
    const kept = new Map<string, EncodedResource>();
    for (const resource of list.values()) {
      const { name, version } = resource;
      const old = before.get(name);
      const isKnown = held.get(name) === old?.version;
      const isOffered = owed.has(name) || (ledger.waiting && told.get(name) === version);
      if (refused.get(name) === version && isKnown && !isOffered) spared.add(name);
      if (!spared.has(name)) kept.set(name, resource);
      else if (old !== undefined) kept.set(name, old);
    }
    return { list: kept, spared };
  }

  /** All that is asked for; clusters that left the snapshot stay in the list until nothing names them any more. */
  function wantedList(type: ResourceType, map: ResourceMap, turn: Turn): ResourceMap {
    const ledger = books.ledgers[type];
    const subscription = books.subscriptions[type];
    const kept: EncodedResource[] = [];
    if (type === 'cluster') {
      for (const [name, resource] of listed.get(type) ?? []) {
        if (map.has(name) || !subscription.wants(name)) ledger.found(name);
        else if (!mayGo(type, ledger, name, { ...turn, linger })) kept.push(resource);
      }
    }
    if (kept.length === 0 && subscription.wildcard) return map;
    const list = new Map<string, EncodedResource>();
    for (const [name, resource] of map) if (subscription.wants(name)) list.set(name, resource);
    for (const resource of kept) list.set(resource.name, resource);
    return list;
  }

  function nextChanges(type: ResourceType, snapshot: Snapshot, turn: Turn): Outgoing | undefined {
    const ledger = books.ledgers[type];
    const subscription = books.subscriptions[type];
    const map = snapshot.resources[type];
    const claim = claims.get(type);
    claims.delete(type);
    if (claim !== undefined && ledger.sentVersion === undefined) {
      const wanted = versionsOf([...subscription.explicit()].flatMap((name) => map.get(name) ?? []));
      if (versionOf(wanted) === claim) {
        ledger.adopt(wanted);
        ledger.sentVersion = claim;
        ledger.ackedVersion = claim;
      }
    }
    ledger.offerAgain(map, turn.now);
    const { resources } = changesOf(type, ledger, subscription, map, { ...turn, linger, canRemove: false });
    if (books.holdsBack(type, resources, turn.now)) return undefined;
    const waits = ledger.alone && ledger.waiting && resources.length > 0;
    const one = ledger.alone || inTurn(type, ledger);
    ledger.behind = waits || (one && resources.length > 1);
    if (waits) return undefined;
    const now = one ? resources.slice(0, 1) : resources;
    const outgoing = now.length === 0 ? undefined : say(type, snapshot, versionAfter(ledger, map, now), now, turn.now);
    if (!ledger.behind) books.level(type, snapshot);
    return outgoing;
  }

  function say(
    type: ResourceType,
    snapshot: Snapshot,
    version: string,
    resources: readonly EncodedResource[],
    at: number,
    spared?: ReadonlySet<string>,
  ): Outgoing {
    const full = isWildcardType(type);
    const ledger = books.ledgers[type];
    const frame = frames(snapshot, { mode: 'sotw', type, version, resources, removed: [] }, ledger.lastNonce);
    ledger.sent({ nonce: frame.nonce, version, at, items: frame.items, full, ...(spared && { spared }) });
    if (full) books.level(type, snapshot);
    const names = resources.map((resource) => resource.name);
    const more = ledger.behind && !ledger.alone;
    return { type, version, nonce: frame.nonce, resources: names, removed: [], bytes: frame.bytes, more };
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

/**
 * What the client is sure to have after it took a response: it brings that version back when it reconnects. What it has
 * yet to answer is left out, because it may take this response and refuse those before.
 */
function versionAfter(ledger: Ledger, map: ResourceMap, resources: readonly EncodedResource[]): string {
  const versions = new Map<string, string>();
  for (const [name, version] of ledger.told) {
    if (ledger.held.get(name) === version && ledger.refused.get(name) !== version) versions.set(name, version);
  }
  for (const resource of resources) versions.set(resource.name, resource.version);
  const same =
    versions.size === map.size && [...map.values()].every(({ name, version }) => versions.get(name) === version);
  return same ? versionOfMap(map) : versionOf(versions);
}

function versionsOf(resources: readonly EncodedResource[]): readonly (readonly [string, string])[] {
  return resources.map((resource) => [resource.name, resource.version] as const);
}
