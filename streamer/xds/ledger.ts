// The books of one stream and one type: what the client was told, what it accepted, what it refused, what it is owed.
// Both protocols keep the same books; they differ in how a response and its answer are written.
import { jointly, type Nack, nackMessage, namesIn, tookOthers } from './nack.ts';
import type { ResourceMap } from './snapshot.ts';
import { absent, afterTaking, afterTelling, noVersions, type Versions, without } from './versions.ts';

/** The version of a resource that the client has, whichever it is. */
const unknown = '?';

/** A client that never answers must not make the books grow for ever; older entries are folded into the next. */
const longestUnanswered = 256;

/**
 * Milliseconds until what a client refused is offered to it once more, at first and at most; each time twice as long. What
 * it lacked may have come meanwhile: a file, a free port. Nothing else would ever tell.
 */
const firstOffer = 30_000;
const longestOffer = 5 * 60_000;

const nothingSent: readonly Sending[] = [];
const nobody: ReadonlySet<string> = new Set();
const never: ReadonlyMap<string, number> = new Map();

/** A response on its way: the versions that it told, by name. */
export interface Sending {
  readonly nonce: number;
  readonly version: string;
  /** When it was sent, on the clock of the turns. */
  readonly at: number;
  readonly items: Versions;
  /** Whether it replaces all that the client had (state of the world, clusters and listeners). */
  readonly full: boolean;
  /** Names that are there in an older version, or not at all, because the client refused the one that is due. */
  readonly spared?: ReadonlySet<string>;
}

/** A snapshot of which the type has been told all; `ordinal` counts the snapshots of the stream. */
interface Mark {
  readonly ordinal: number;
  readonly sequence: number;
  readonly nonce: number;
}

export class Ledger {
  /** What the client has, if it takes all that is on its way. */
  told: Versions = noVersions;
  /** What it acknowledged. */
  held: Versions = noVersions;
  /** The map that `told` equals; undefined when a comparison is due. */
  level: ResourceMap | undefined;
  /** Whether the last look left something unsent that waits for the client's answer. */
  behind = false;
  /** Until when a change waits for clusters that the client is still making ready; undefined when none waits. */
  heldUntil: number | undefined;
  /** One resource a response: a refused response says nothing about the good resources in it. */
  alone = false;
  /** The last refusal, as long as any stands. */
  nack: Nack | undefined;
  sentVersion: string | undefined;
  ackedVersion: string | undefined;
  lastNonce = 0;
  reached: Mark | undefined;
  // Made when there is something in them: most streams never need them, and there are five ledgers a stream.
  #refused: Map<string, string> | undefined;
  #words: ReadonlyMap<string, Nack> | undefined;
  #owed: Set<string> | undefined;
  #vanished: Map<string, number> | undefined;
  #unanswered: readonly Sending[] = nothingSent;
  #marks: Mark[] = [];
  #offer: { readonly at: number; readonly wait: number } | undefined;

  /** The versions that it refused. */
  get refused(): Versions {
    return this.#refused ?? noVersions;
  }

  /** All refusals that stand, as one: what was refused alone has words of its own. */
  get refusal(): Nack | undefined {
    return this.nack === undefined ? undefined : (jointly(this.#standing()) ?? this.nack);
  }

  /** Names to send even if the client has them. */
  get owed(): ReadonlySet<string> {
    return this.#owed ?? nobody;
  }

  /** Names that left the snapshot and are taken away later, with the time at which that was first seen. */
  get vanished(): ReadonlyMap<string, number> {
    return this.#vanished ?? never;
  }

  /** Something was told, and nothing of it is in doubt, is owed or waits for its removal or for the clusters that it names. */
  get isPlain(): boolean {
    const isQuiet = this.refused.size === 0 && this.owed.size === 0 && this.vanished.size === 0;
    return isQuiet && this.sentVersion !== undefined && this.heldUntil === undefined && !this.behind;
  }

  get waiting(): boolean {
    return this.#unanswered.length > 0;
  }

  /** What the client was told of, had nothing of before, and has not answered yet: names with the time of the telling. */
  fresh(): ReadonlyMap<string, number> {
    const since = new Map<string, number>();
    const taken = new Set<string>();
    const take = (name: string): void => {
      since.delete(name);
      taken.add(name);
    };
    for (const { items, at, full } of this.#unanswered) {
      if (full) for (const name of [...this.held.keys(), ...since.keys()]) if (!items.has(name)) take(name);
      for (const [name, version] of items) {
        if (version === absent) take(name);
        else if ((!this.held.has(name) || taken.has(name)) && !since.has(name)) since.set(name, at);
      }
    }
    return since;
  }

  /** The client has these already. */
  adopt(versions: Iterable<readonly [string, string]>): void {
    const items = new Map(versions);
    this.told = afterTelling(this.told, items);
    this.held = afterTelling(this.held, items);
  }

  /** The client has these no more, or wants them no more. */
  forget(names: readonly string[]): void {
    if (names.length === 0) return;
    this.told = without(this.told, names);
    this.held = without(this.held, names);
    this.level = undefined;
    for (const name of names) {
      this.#vanished?.delete(name);
      this.pardon(name);
    }
  }

  /** It left the snapshot: noted with the time, once. Answers when that was. */
  miss(name: string, now: number): number {
    const since = this.vanished.get(name);
    if (since !== undefined) return since;
    this.pardon(name);
    this.#vanished ??= new Map();
    this.#vanished.set(name, now);
    return now;
  }

  /** It is in the snapshot again, or nobody asks for it. */
  found(name: string): void {
    this.#vanished?.delete(name);
  }

  /** A removal was told of these, which the client did not ask for by name: there is no more to remember. */
  drop(names: readonly string[]): void {
    this.told = without(this.told, names);
  }

  /** Its refusal counts no more: what was refused is no longer to be had. */
  pardon(name: string): void {
    if (this.#refused?.delete(name) && this.refused.size === 0) this.nack = undefined;
    this.#settle();
  }

  owe(name: string): void {
    this.#owed ??= new Set();
    this.#owed.add(name);
  }

  /** When what was refused is offered again, on the clock of the turns. */
  get offerAt(): number | undefined {
    return this.refused.size === 0 || this.waiting ? undefined : this.#offer?.at;
  }

  /** Owes what was refused and is still wanted, if it is time; otherwise sees to it that there will be a time. */
  offerAgain(map: ResourceMap, now: number): void {
    if (this.refused.size === 0) this.#offer = undefined;
    else if (this.#offer === undefined) this.#offer = { at: now + firstOffer, wait: firstOffer };
    else if (now >= this.#offer.at && !this.waiting) {
      const wait = Math.min(2 * this.#offer.wait, longestOffer);
      this.#offer = { at: now + wait, wait };
      for (const [name, version] of this.refused) if (map.get(name)?.version === version) this.owe(name);
    }
  }

  sent(sending: Sending): void {
    this.told = sending.full ? sending.items : afterTelling(this.told, sending.items);
    if (sending.full) this.#owed = undefined;
    if (this.#owed !== undefined) for (const name of sending.items.keys()) this.#owed.delete(name);
    for (const name of this.vanished.keys()) if (!this.#has(name)) this.found(name);
    this.sentVersion = sending.version;
    this.lastNonce = sending.nonce;
    this.#unanswered = [...this.#unanswered, sending];
    if (this.#unanswered.length > longestUnanswered) this.#foldOldest();
  }

  /** The client took the response with this nonce (cumulative: and those before it). False: no such response waits. */
  accept(nonce: number, cumulative: boolean): boolean {
    const answered = this.#take(nonce, cumulative);
    for (const sending of answered) {
      if (sending.full) {
        this.held = noVersions;
        for (const name of this.refused.keys()) if (sending.spared?.has(name) !== true) this.#refused?.delete(name);
      }
      this.#hold(sending.items, sending.spared);
      this.ackedVersion = sending.version;
    }
    if (answered.length === 0) return false;
    this.nack = this.refused.size === 0 ? undefined : this.nack;
    this.#settle();
    return true;
  }

  /**
   * The client refused the response with this nonce. `isolate`: of these types Envoy may have left out the good
   * resources too, as it does of any that it could not read. Each is then owed again, in a response of its own.
   * undefined: no such response waits, or nothing is new: it was offered again and is refused again.
   */
  refuse(nonce: number, cumulative: boolean, text: string, at: number, isolate: boolean): Nack | undefined {
    const answered = this.#take(nonce, cumulative);
    const last = answered.at(-1);
    if (last === undefined) return undefined;
    const message = nackMessage(text);
    const others = !isolate && tookOthers(text);
    const suspects = this.#suspects(answered, isolate || others);
    const names = suspects.size === 1 ? [...suspects.keys()] : namesIn(text, suspects.keys());
    const guilty = new Set(names ?? suspects.keys());
    const isSame = (before: Nack | undefined) => before?.message === message && before.names?.join() === names?.join();
    const isOld = guilty
      .values()
      .every((name) => this.refused.get(name) === suspects.get(name) && isSame(this.#words?.get(name)));
    const apart = suspects.size > 1 && !last.full && (!others || names === undefined);
    const good = new Map<string, string>();
    for (const [name, version] of suspects) {
      if (guilty.has(name)) {
        this.#refused ??= new Map();
        this.#refused.set(name, version);
      } else if (others) good.set(name, version);
      if (apart && (names === undefined || !guilty.has(name))) this.owe(name);
    }
    this.#hold(good);
    if (apart) this.alone = true;
    if (isOld) return undefined;
    this.#offer = undefined;
    const nack = { message, version: last.version, at, ...(names === undefined ? {} : { names }) };
    this.nack = nack;
    this.#words = new Map([...this.#standing(), ...guilty.values().map((name) => [name, nack] as const)]);
    return nack;
  }

  /** All of this snapshot has been told; it counts as reached once all that was sent until now is accepted. */
  mark(ordinal: number, sequence: number): void {
    const last = this.#marks.at(-1) ?? this.reached;
    if (last?.ordinal === ordinal) return;
    const mark = { ordinal, sequence, nonce: this.lastNonce };
    if (this.#marks.at(-1)?.nonce === mark.nonce) this.#marks.pop();
    this.#marks.push(mark);
    this.#settle();
  }

  #standing(): ReadonlyMap<string, Nack> {
    return new Map(this.#words?.entries().filter(([name]) => this.refused.has(name)));
  }

  #has(name: string): boolean {
    return (this.told.get(name) ?? absent) !== absent;
  }

  /** It has these; of what was spared, the version that it had before. */
  #hold(items: Versions, spared: ReadonlySet<string> = nobody): void {
    this.held = afterTaking(this.held, items);
    for (const name of this.refused.keys()) if (items.has(name) && !spared.has(name)) this.#refused?.delete(name);
  }

  #take(nonce: number, cumulative: boolean): readonly Sending[] {
    if (!this.#unanswered.some((sending) => sending.nonce === nonce)) return [];
    const isAnswered = (sending: Sending) => sending.nonce === nonce || (cumulative && sending.nonce < nonce);
    const answered = this.#unanswered.filter(isAnswered);
    this.#unanswered = this.#unanswered.filter((sending) => !isAnswered(sending));
    return answered;
  }

  #suspects(answered: readonly Sending[], removed: boolean): ReadonlyMap<string, string> {
    const suspects = new Map<string, string>();
    const gone: string[] = [];
    const unsure = new Map<string, string>();
    for (const sending of answered) {
      for (const [name, version] of sending.items) {
        if (version === absent && removed) gone.push(name);
        else if (version === absent) unsure.set(name, unknown);
        else if (!sending.full || this.held.get(name) !== version) suspects.set(name, version);
      }
    }
    this.held = without(this.held, gone);
    if (unsure.size > 0) {
      this.told = afterTelling(this.told, unsure);
      this.level = undefined;
    }
    return suspects;
  }

  #settle(): void {
    if (this.nack !== undefined) return;
    const lowest = this.#unanswered[0]?.nonce ?? Number.POSITIVE_INFINITY;
    for (let mark = this.#marks[0]; mark !== undefined && mark.nonce < lowest; mark = this.#marks[0]) {
      this.reached = mark;
      this.#marks.shift();
    }
  }

  #foldOldest(): void {
    const [first, second, ...others] = this.#unanswered;
    if (first === undefined || second === undefined) return;
    const items = second.full ? second.items : new Map([...first.items, ...second.items]);
    this.#unanswered = [{ ...second, at: first.at, items }, ...others];
  }
}
