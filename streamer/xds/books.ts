// All the books of one stream: a ledger and a subscription for each type, and what follows from them together,
// such as the newest snapshot that the client has acknowledged whole.
import { Ledger } from './ledger.ts';
import { forEachType, isWildcardType, lingeringTypes, mayName, pushOrder } from './order.ts';
import type { EncodedResource, ResourceType, Snapshot } from './snapshot.ts';
import type { TypeStatus } from './status.ts';
import { Subscription } from './subscription.ts';

/**
 * Milliseconds that a change waits for new clusters to be ready. A cluster that cannot find its hosts must not hold up
 * others for ever: Envoy answers for all of them together. Shorter than the 15 s in which it gives up waiting for routes.
 */
const longestWait = 10_000;

export class Books {
  readonly ledgers: Readonly<Record<ResourceType, Ledger>> = forEachType(() => new Ledger());
  readonly subscriptions: Readonly<Record<ResourceType, Subscription>> = forEachType(
    (type) => new Subscription(isWildcardType(type)),
  );
  readonly #linger: number;
  #snapshot: Snapshot | undefined;
  #ordinal = 0;

  /** `linger`: milliseconds between a resource's leaving the snapshot and its removal from the client. */
  constructor(linger: number) {
    this.#linger = linger;
  }

  get linger(): number {
    return this.#linger;
  }

  /** Nothing more of this snapshot is to be said about the type; it is marked unless parts of it were never asked for. */
  level(type: ResourceType, snapshot: Snapshot): void {
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot;
      this.#ordinal += 1;
    }
    const map = snapshot.resources[type];
    this.ledgers[type].level = map;
    if (this.subscriptions[type].covers(map)) this.ledgers[type].mark(this.#ordinal, snapshot.sequence);
  }

  /** A changed cluster waits for its endpoints again, even for unchanged ones (Envoy: 15 s, then it goes on without). */
  oweEndpoints(clusters: Iterable<string>, snapshot: Snapshot): void {
    for (const name of clusters) if (snapshot.resources.endpoint.has(name)) this.ledgers.endpoint.owe(name);
  }

  /**
   * Whether these must wait because they name clusters that are not ready: Envoy answers with 503 where a route leads to
   * a cluster whose hosts it has yet to find or to check, and acknowledges clusters when it has done so
   * (Envoy, ClusterManagerImpl: the acknowledgement is the signal to go on with routes).
   */
  holdsBack(type: ResourceType, changed: readonly EncodedResource[], now: number): boolean {
    const ledger = this.ledgers[type];
    ledger.heldUntil = undefined;
    if (changed.length === 0 || !this.ledgers.cluster.waiting) return false;
    for (const [name, since] of this.ledgers.cluster.fresh()) {
      if (now - since >= longestWait || !changed.some((resource) => mayName(type, resource, name))) continue;
      ledger.heldUntil = since + longestWait;
      ledger.behind = true;
      return true;
    }
    return false;
  }

  /** The sequence of the newest snapshot of which the client has acknowledged everything. */
  settled(): number | undefined {
    let oldest: { readonly ordinal: number; readonly sequence: number } | undefined;
    for (const type of pushOrder) {
      const { reached } = this.ledgers[type];
      if (reached === undefined) return undefined;
      if (oldest === undefined || reached.ordinal < oldest.ordinal) oldest = reached;
    }
    return oldest?.sequence;
  }

  /** Whether something that was pushed still waits for an answer of the same type before it can be said. */
  behind(): boolean {
    return pushOrder.some((type) => this.ledgers[type].behind);
  }

  /**
   * Whether nothing that the client still runs can name what has vanished: what it refuses, or may yet refuse, leaves it
   * what it had. A table that is no more but still asked for serves the connections of a listener that Envoy is
   * draining, for up to ten minutes.
   */
  mayRemove(snapshot: Snapshot): boolean {
    const { listener, route } = this.ledgers;
    if ([listener, route].some(({ refused, behind, waiting }) => refused.size > 0 || behind || waiting)) return false;
    for (const name of this.subscriptions.route.explicit()) if (!snapshot.resources.route.has(name)) return false;
    return true;
  }

  /** When there will be something to tell without anything happening before, on the clock of the turns. */
  due(snapshot: Snapshot): number | undefined {
    const offers = pushOrder.flatMap((type) => this.ledgers[type].offerAt ?? []);
    const held = pushOrder.flatMap((type) => this.ledgers[type].heldUntil ?? []);
    const vanished = lingeringTypes.flatMap((type) => [...this.ledgers[type].vanished.values()]);
    const removals = this.mayRemove(snapshot) ? vanished.map((since) => since + this.#linger) : [];
    const times = [...held, ...offers, ...removals];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  status(): Readonly<Record<ResourceType, TypeStatus>> {
    return forEachType((type) => {
      const { sentVersion, ackedVersion, refusal: nack } = this.ledgers[type];
      return {
        ...(sentVersion === undefined ? {} : { sent: sentVersion }),
        ...(ackedVersion === undefined ? {} : { acked: ackedVersion }),
        ...(nack === undefined ? {} : { nack }),
      };
    });
  }
}
