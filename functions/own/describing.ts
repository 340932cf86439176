// The permission that whoever looks at a resource in a way of ours needs: App Mesh's own to describe it.
import type { Kind } from '#events/names.ts';

/** `appmesh:DescribeVirtualNode` */
export const describing = (kind: Kind): string => `appmesh:Describe${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
