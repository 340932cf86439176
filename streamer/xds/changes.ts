// What a client must be told of one type so that it has what it asked for: a comparison of its books with a snapshot.
// For the responses that hold only what changed: all of delta, and endpoints, secrets and routes in state of the world.
import type { Ledger } from './ledger.ts';
import { lingeringTypes } from './order.ts';
import type { EncodedResource, ResourceMap, ResourceType } from './snapshot.ts';
import type { Subscription } from './subscription.ts';
import { absent } from './versions.ts';

/** The circumstances of one look at a snapshot. */
export interface Turn {
  /** Milliseconds on a clock that never goes back. */
  readonly now: number;
  /** Whether what vanished long enough ago may be taken away: the last part of a push. */
  readonly removals: boolean;
}

export interface Changes {
  readonly resources: readonly EncodedResource[];
  readonly removed: readonly string[];
}

/** Only delta can say that something is gone (`canRemove`); in state of the world the client finds out by itself. */
export function changesOf(
  type: ResourceType,
  ledger: Ledger,
  subscription: Subscription,
  map: ResourceMap,
  turn: Turn & { readonly linger: number; readonly canRemove: boolean },
): Changes {
  if (ledger.level === map && ledger.owed.size === 0 && ledger.vanished.size === 0)
    return { resources: [], removed: [] };
  const resources: EncodedResource[] = [];
  const removed: string[] = [];
  const forgotten: string[] = [];

  const gone = (name: string) => {
    const told = ledger.told.get(name);
    if (!turn.canRemove) forgotten.push(name);
    else if (told === undefined) removed.push(name);
    else if (told !== absent && mayGo(type, ledger, name, turn)) removed.push(name);
  };
  const there = (resource: EncodedResource) => {
    ledger.found(resource.name);
    if (ledger.told.get(resource.name) !== resource.version || ledger.owed.has(resource.name)) resources.push(resource);
  };

  for (const name of subscription.explicit()) {
    const resource = map.get(name);
    if (resource === undefined) gone(name);
    else if (!subscription.wildcard) there(resource);
  }
  if (subscription.wildcard) {
    for (const resource of map.values()) there(resource);
    for (const name of ledger.told.keys()) if (!map.has(name) && !subscription.names(name)) gone(name);
  }
  ledger.forget(forgotten);
  return { resources: inOrder(resources, map), removed };
}

/** As they stand in the snapshot, not as they were asked for. */
function inOrder(resources: readonly EncodedResource[], map: ResourceMap): readonly EncodedResource[] {
  if (resources.length < 2) return resources;
  const chosen = new Set(resources);
  return [...map.values()].filter((resource) => chosen.has(resource));
}

/** Whether a name that left the snapshot may leave the client too; notes when it was first missed. */
export function mayGo(
  type: ResourceType,
  ledger: Ledger,
  name: string,
  turn: Turn & { readonly linger: number },
): boolean {
  if (!lingeringTypes.includes(type)) return true;
  const since = ledger.miss(name, turn.now);
  return turn.removals && turn.now - since >= turn.linger;
}
