// A translation with all the instances that it asks for: looked up here, since nobody may be connected for whom the
// streamer looks after them.
import {
  type InstanceQuery,
  type InstanceRegistry,
  type KnownInstances,
  knownFrom,
  queryKey,
} from '#events/instances.ts';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import type { CertificateLookup } from '#streamer/graph/issued.ts';
import type { Surroundings } from '#streamer/graph/surroundings.ts';

/** What is known from outside the mesh here; without, a proxy's own streamer may know more. */
export interface Outside {
  /** The addresses that were looked up. */
  readonly surroundings?: Surroundings;
  /** The certificates that are known for a proxy, without their keys. */
  readonly certificates?: (mesh: MeshState, proxy: Key) => CertificateLookup | Promise<CertificateLookup>;
  /** Where the instances of nodes are registered. */
  readonly registry?: InstanceRegistry;
}

/** Instances that were looked up, by the keys of their queries: for several translations of one moment. */
export type LookedUp = Map<string, KnownInstances>;

/** Makes a translation; it is made again with what its first attempt asked for and nobody had looked up. */
export async function surrounded<T>(
  { surroundings = {}, registry }: Outside,
  lookedUp: LookedUp,
  translate: (surroundings: Surroundings) => T,
): Promise<T> {
  if (registry === undefined) return translate(surroundings);
  for (;;) {
    const missing = new Map<string, InstanceQuery>();
    const instances = (query: InstanceQuery) => {
      const key = queryKey(query);
      const known = lookedUp.get(key);
      if (known === undefined) missing.set(key, query);
      return known;
    };
    const translated = translate({ ...surroundings, instances });
    if (missing.size === 0) return translated;
    await Promise.all([...missing].map(async ([key, query]) => lookedUp.set(key, await lookUp(registry, query))));
  }
}

/** A registry that does not answer is a line of the report. */
async function lookUp(registry: InstanceRegistry, query: InstanceQuery): Promise<KnownInstances> {
  try {
    return knownFrom(await registry.discover(query));
  } catch (error) {
    return {
      trouble: `its instances cannot be looked up now: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
