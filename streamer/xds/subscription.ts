// Which resources of one type a client asked for.
// The wildcard is the name "*", or an empty list in the very first request of the type where the type allows that
// (Envoy, xDS protocol, "How the client specifies what resources to return").
import type { ResourceMap } from './snapshot.ts';

const everything = '*';

/** The names of a map, once for all who asked for just these: thousands of clients of a node do. */
const shared = new WeakMap<ResourceMap, ReadonlySet<string>>();
function namesOf(map: ResourceMap): ReadonlySet<string> {
  const names = shared.get(map) ?? new Set(map.keys());
  shared.set(map, names);
  return names;
}

export class Subscription {
  readonly #mayBeImplicit: boolean;
  #names: ReadonlySet<string> = new Set<string>();
  #wildcard: boolean = false;
  #asked: boolean = false;
  #everNamed: boolean = false;
  #covered: ResourceMap | undefined;

  constructor(mayBeImplicit: boolean) {
    this.#mayBeImplicit = mayBeImplicit;
  }

  /** Whether any request of the type has come. */
  get asked(): boolean {
    return this.#asked;
  }

  get wildcard(): boolean {
    return this.#wildcard;
  }

  wants(name: string): boolean {
    return this.#wildcard || this.#names.has(name);
  }

  /** Whether the client asked for it by name. */
  names(name: string): boolean {
    return this.#names.has(name);
  }

  explicit(): Iterable<string> {
    return this.#names;
  }

  /** Whether there is nothing in the map that was not asked for. */
  covers(map: ResourceMap): boolean {
    if (this.#wildcard || map === this.#covered) return true;
    if (map.size > this.#names.size) return false;
    for (const name of map.keys()) if (!this.#names.has(name)) return false;
    if (map.size === this.#names.size) this.#names = namesOf(map);
    this.#covered = map;
    return true;
  }

  /** State of the world: the newest request's list replaces the one before. Answers whether anything changed, and what left. */
  replace(list: readonly string[]): { readonly changed: boolean; readonly dropped: readonly string[] } {
    // Each acknowledgement repeats the list.
    if (this.#repeats(list)) return { changed: false, dropped: [] };
    const implicit = list.length === 0 && this.#mayBeImplicit && !this.#everNamed;
    if (list.length > 0) this.#everNamed = true;
    const next = new Set(list.filter((name) => name !== everything));
    const wildcard = implicit || list.includes(everything);
    const dropped = [...this.#names].filter((name) => !next.has(name));
    const changed = !this.#asked || wildcard !== this.#wildcard || dropped.length > 0 || next.size !== this.#names.size;
    if (!changed) return { changed, dropped };
    this.#covered = undefined;
    this.#names = next;
    this.#wildcard = wildcard;
    this.#asked = true;
    return { changed, dropped };
  }

  #repeats(list: readonly string[]): boolean {
    if (!this.#asked || this.#wildcard || list.length !== this.#names.size) return false;
    const names = list.values();
    for (const name of this.#names) if (name !== names.next().value) return false;
    return true;
  }

  /** Delta: names that come and go. Answers whether the wildcard was asked for, or given up, by this request. */
  change(
    subscribe: readonly string[],
    unsubscribe: readonly string[],
  ): { wildcardAsked: boolean; wildcardLeft: boolean } {
    const implicit = !this.#asked && this.#mayBeImplicit && subscribe.length === 0;
    const wildcardAsked = implicit || subscribe.includes(everything);
    const wildcardLeft = !wildcardAsked && this.#wildcard && unsubscribe.includes(everything);
    if (subscribe.length + unsubscribe.length > 0) {
      this.#covered = undefined;
      const names = new Set(this.#names);
      for (const name of unsubscribe) names.delete(name);
      for (const name of subscribe) if (name !== everything) names.add(name);
      this.#names = names;
    }
    if (wildcardAsked) this.#wildcard = true;
    if (wildcardLeft) this.#wildcard = false;
    this.#asked = true;
    return { wildcardAsked, wildcardLeft };
  }
}
