// All the books of one stream: a ledger and a subscription for each type, and what follows from them together,
// such as the newest snapshot that the client has acknowledged whole.
import { Ledger } from './ledger.ts';
import { forEachType, isWildcardType, lingeringTypes, pushOrder } from './order.ts';
import type { ResourceType, Snapshot } from './snapshot.ts';
import type { TypeStatus } from './status.ts';
import { Subscription } from './subscription.ts';

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

  /** Whether listeners and routes that the client still runs may name what has vanished. */
  mayRemove(): boolean {
    const { listener, route } = this.ledgers;
    return [listener, route].every((ledger) => ledger.refused.size === 0 && !ledger.behind);
  }

  /** When the next removal falls due, on the clock of the turns. */
  due(): number | undefined {
    const times = lingeringTypes.flatMap((type) => [...this.ledgers[type].vanished.values()]);
    return times.length === 0 || !this.mayRemove() ? undefined : Math.min(...times) + this.#linger;
  }

  status(): Readonly<Record<ResourceType, TypeStatus>> {
    return forEachType((type) => {
      const { sentVersion, ackedVersion, nack } = this.ledgers[type];
      return {
        ...(sentVersion === undefined ? {} : { sent: sentVersion }),
        ...(ackedVersion === undefined ? {} : { acked: ackedVersion }),
        ...(nack === undefined ? {} : { nack }),
      };
    });
  }
}
