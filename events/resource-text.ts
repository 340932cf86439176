// How people and Envoys write a resource: an ARN, `mesh/M/virtualNode/N`, or `mesh/M@OWNER/virtualNode/N` for a mesh
// of another account (the Kubernetes controller writes node ids so).
import { type Key, parseArn, refOf } from './names.ts';

/**
 * A resource as it was written. `account` comes from an ARN and is the resource's owner; `meshOwner` from the `@` form.
 * Neither: a mesh of whoever writes it.
 */
export interface WrittenResource {
  readonly meshName: string;
  readonly key: Key;
  readonly account?: string;
  readonly meshOwner?: string;
  readonly region?: string;
}

/** Reads a resource; undefined when the text is of none of the forms. */
export function parseResource(text: string): WrittenResource | undefined {
  const arn = parseArn(text);
  if (arn !== undefined) {
    const { account, region, meshName, key } = arn;
    return { meshName, key, account, region };
  }
  const match = /^mesh\/([^/@]+)(?:@(\d{12}))?(?:\/(.+))?$/.exec(text);
  if (!match) return undefined;
  const [, meshName = '', meshOwner, tail] = match;
  // `mesh/M/mesh` is not how one writes the mesh itself.
  if (tail === 'mesh' || refOf(tail ?? 'mesh') === undefined) return undefined;
  const key = tail ?? 'mesh';
  return meshOwner === undefined ? { meshName, key } : { meshName, key, meshOwner };
}
