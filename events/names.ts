// What things are called: the seven kinds of resources, their keys inside a mesh, ARNs and the keys of streams.
// Everything that spells or reads a name does it here.

/** The seven kinds of App Mesh resources, in the order in which one needs the other. */
export const kinds = [
  'mesh',
  'virtualNode',
  'virtualRouter',
  'route',
  'virtualService',
  'virtualGateway',
  'gatewayRoute',
] as const;
export type Kind = (typeof kinds)[number];

/** Kinds that live under another resource of the mesh, and under which. */
export const parentKind = { route: 'virtualRouter', gatewayRoute: 'virtualGateway' } as const;

/** A resource inside a mesh; `parent` is the router of a route, the gateway of a gateway route. */
export interface ResourceRef {
  readonly kind: Kind;
  readonly name: string;
  readonly parent?: string;
}

/** A resource inside a mesh as text: `mesh`, `virtualNode/N`, `virtualRouter/R/route/X`; unique in its mesh. */
export type Key = string;

export function keyOf(ref: ResourceRef): Key {
  if (ref.kind === 'mesh') return 'mesh';
  if (ref.kind === 'route' || ref.kind === 'gatewayRoute') {
    return `${parentKind[ref.kind]}/${part(ref.parent ?? '')}/${ref.kind}/${part(ref.name)}`;
  }
  return `${ref.kind}/${part(ref.name)}`;
}

// No resource has a name with a slash. Whoever asks for one (a router called `R/route/X`) gets a key that nothing has,
// and never that of another resource.
const part = (name: string): string => (name.includes('/') ? name.replaceAll('/', '//') : name);

/** The reverse of `keyOf`; undefined when the text is no key. */
export function refOf(key: Key): ResourceRef | undefined {
  if (key === 'mesh') return { kind: 'mesh', name: '' };
  const [kind, name, childKind, childName, ...rest] = key.split('/');
  if (!name || rest.length > 0) return undefined;
  if (childKind === undefined) {
    return isKind(kind) && kind !== 'mesh' && !(kind in parentKind) ? { kind, name } : undefined;
  }
  if ((childKind === 'route' || childKind === 'gatewayRoute') && parentKind[childKind] === kind && childName) {
    return { kind: childKind, name: childName, parent: name };
  }
  return undefined;
}

function isKind(text: string | undefined): text is Kind {
  return (kinds as readonly (string | undefined)[]).includes(text);
}

/** The AWS partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

/** An App Mesh ARN taken apart; `account` is the resource's owner, which in a shared mesh may differ from the mesh's. */
export interface ResourceArn {
  readonly region: string;
  readonly account: string;
  readonly meshName: string;
  readonly key: Key;
}

export function arnOf(arn: ResourceArn): string {
  const tail = arn.key === 'mesh' ? '' : `/${arn.key}`;
  return `arn:${partitionOf(arn.region)}:appmesh:${arn.region}:${arn.account}:mesh/${arn.meshName}${tail}`;
}

/** Reads an App Mesh ARN; undefined when the text is none. */
export function parseArn(text: string): ResourceArn | undefined {
  const match = /^arn:(aws[a-z-]*):appmesh:([a-z0-9-]+):(\d{12}):mesh\/([^/\s]+)(?:\/(\S+))?$/.exec(text);
  if (!match) return undefined;
  const [, , region = '', account = '', meshName = '', key = 'mesh'] = match;
  // `mesh/M/mesh` would read as the mesh itself: an ARN is one only if it is spelled as `arnOf` spells it.
  const arn = { region, account, meshName, key };
  return refOf(key) !== undefined && arnOf(arn) === text ? arn : undefined;
}

/** The stream of a mesh and of all that is in it. */
export const meshStream = (owner: string, meshName: string): string => `mesh/${owner}/${meshName}`;
/** The stream of an account: its meshes, its shares and what it was offered. */
export const accountStream = (account: string): string => `account/${account}`;
/** The stream of an organization: its units and accounts, and what it was offered. */
export const organizationStream = (organization: string): string => `organization/${organization}`;
/** The stream of the installation: public signing keys, its organization and the schema that writers write. */
export const systemStream = 'system';

/** Reads the stream of a mesh; undefined when the stream is another's. */
export function meshOfStream(stream: string): { readonly owner: string; readonly meshName: string } | undefined {
  const [room, owner, meshName, ...rest] = stream.split('/');
  return room === 'mesh' && owner && meshName && rest.length === 0 ? { owner, meshName } : undefined;
}
