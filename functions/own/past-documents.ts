// What was there: the documents of a mesh, or of one resource of it, at a place in its stream, a page at a time.
import { type Document, documentOf } from '#events/document.ts';
import { type Key, keyOf, kinds } from '#events/names.ts';
import type { MeshState, Resource } from '#events/state.ts';
import type { FoundPlace } from '../resource.ts';

/** A page of resources, in the order in which one needs the other, then by key. */
export interface PastPage {
  readonly resources: readonly Resource[];
  /** The key that the next page begins after; undefined when there is none. */
  readonly next?: Key;
}

/** The resources of a place as they were in `then`, after a key of an earlier page. */
export function resourcesAt(
  then: MeshState,
  { ref }: Pick<FoundPlace, 'ref'>,
  { after, limit }: { readonly after?: Key; readonly limit: number },
): PastPage {
  const all = ref.kind === 'mesh' ? ordered(then) : [then.resources.get(keyOf(ref))].filter((one) => one !== undefined);
  const start = after === undefined ? 0 : all.findIndex((resource) => keyOf(resource) === after) + 1;
  const resources = all.slice(start, start + limit);
  const last = resources.at(-1);
  return start + limit < all.length && last !== undefined ? { resources, next: keyOf(last) } : { resources };
}

function ordered(then: MeshState): readonly Resource[] {
  const entries = [...then.resources.entries()].map(([key, resource]) => ({ key, resource }));
  const place = ({ resource }: { readonly resource: Resource }): number => kinds.indexOf(resource.kind);
  entries.sort((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
  return entries.map(({ resource }) => resource);
}

/** Their documents, each as Describe gives it. */
export const documentsOf = (then: MeshState, region: string, resources: readonly Resource[]): readonly Document[] =>
  resources.map((resource) => documentOf(then, region, resource));
