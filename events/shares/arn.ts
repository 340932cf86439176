// The ARNs that RAM's API speaks of: shares, invitations, and the one permission that a mesh is shared with.
import { partitionOf } from '../names.ts';

/** What is shared: RAM's name for meshes. */
export const meshType = 'appmesh:Mesh';

type Kind = 'resource-share' | 'resource-share-invitation';

const arn = (kind: Kind) => (region: string, owner: string, id: string) =>
  `arn:${partitionOf(region)}:ram:${region}:${owner}:${kind}/${id}`;

export const shareArn = arn('resource-share');
/** The account in it is the one that invites. */
export const invitationArn = arn('resource-share-invitation');

/** Reads an ARN of RAM; undefined when the text is none of this kind and region. */
export function parseRamArn(
  kind: Kind,
  region: string,
  text: string,
): { readonly owner: string; readonly id: string } | undefined {
  const [, , owner = '', found, id = ''] =
    /^arn:(aws[a-z-]*):ram:[a-z0-9-]+:(\d{12}):([a-z-]+)\/([^/\s]+)$/.exec(text) ?? [];
  return found === kind && arn(kind)(region, owner, id) === text ? { owner, id } : undefined;
}
