// The version of a set of resources: what state-of-the-world responses carry as version_info.
// It depends on names and versions alone, so that every streamer says the same, after a restart too,
// and an Envoy that comes back with an equal one is sent nothing.
import { createHash } from 'node:crypto';
import type { ResourceMap } from './snapshot.ts';

/** 16 hex digits over the sorted names and versions. */
export function versionOf(resources: Iterable<readonly [name: string, version: string]>): string {
  const lines = Array.from(resources, ([name, version]) => `${name}\0${version}\n`);
  lines.sort((left, right) => (left < right ? -1 : Number(left > right)));
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return hash.digest('hex').slice(0, 16);
}

const known = new WeakMap<ResourceMap, string>();

/** The same over all of a snapshot's map, worked out once for each map. */
export function versionOfMap(map: ResourceMap): string {
  const before = known.get(map);
  if (before !== undefined) return before;
  const version = versionOf(Array.from(map.values(), (resource) => [resource.name, resource.version] as const));
  known.set(map, version);
  return version;
}
