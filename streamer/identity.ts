// Which node is this Envoy, and may it be? A token says so offline; embedded, a Signature Version 4 does as well.
// What its node.id names must be what its token names.
import type { Actor, Tag } from '#events/event.ts';
import { arnOf, keyOf, parseArn, type ResourceArn, refOf } from '#events/names.ts';
import { parseResource, type WrittenResource } from '#events/resource-text.ts';
import { type MeshInView, mayRead, mayStream } from '#events/sharing.ts';
import type { SignedStream } from '#identity/stream-signature.ts';
import type { TokenVerifier } from '#identity/token.ts';

/** gRPC statuses that end a stream, as App Mesh gave them (guide, "Troubleshooting"; contract). */
export const status = { unknownResource: 3, forbidden: 7, overQuota: 8, unavailable: 14, unauthenticated: 16 } as const;

export interface StreamRefusal {
  readonly code: (typeof status)[keyof typeof status];
  readonly message: string;
  /** The resource among those of all meshes that the Envoy would have been, where that is known. */
  readonly resource?: string;
  /** What went wrong here; for the log alone. */
  readonly cause?: unknown;
}

/** Who opened a stream; `token` when it holds one, for this one resource in the mesh of this owner. */
export interface Presented {
  readonly caller: Actor;
  readonly token?: { readonly arn: string; readonly meshOwner?: string };
}

/** Verifies a signed stream and that its caller's policies let it be a resource; absent where no service can. */
export interface SignatureCheck {
  verify(stream: SignedStream): Promise<{ readonly caller: Actor } | { readonly refused: string }>;
  mayBe(caller: Actor, resource: { readonly arn: string; readonly tags: readonly Tag[] }): Promise<boolean>;
}

const unauthenticated = (message: string): StreamRefusal => ({ code: status.unauthenticated, message });

/** Looks at a stream's metadata alone, before any message. */
export async function presented(
  stream: SignedStream,
  tokens: TokenVerifier,
  signatures: SignatureCheck | undefined,
  now: number,
): Promise<Presented | StreamRefusal> {
  const authorization = stream.metadata.authorization;
  // The text is App Mesh's own for a stream without credentials.
  if (typeof authorization !== 'string' || authorization === '') return unauthenticated('Missing Authentication Token');
  if (/^bearer /i.test(authorization)) {
    const verified = await tokens.verify(authorization.slice('bearer '.length).trim(), now);
    if ('refused' in verified) return unauthenticated(verified.refused);
    const { accountId, principal, resource: arn, meshOwner } = verified.ok;
    return { caller: { accountId, arn: principal }, token: { arn, ...(meshOwner !== undefined && { meshOwner }) } };
  }
  if (signatures === undefined) return unauthenticated('Only tokens are accepted here: authorization: Bearer TOKEN');
  const verified = await signatures.verify(stream);
  return 'refused' in verified ? unauthenticated(verified.refused) : { caller: verified.caller };
}

/** The resource that a stream may be served as; `account` is its owner's. */
export interface Wanted {
  readonly account: string;
  /** The account that owns the mesh; undefined where nothing says whose it is. */
  readonly meshOwner?: string;
  readonly meshName: string;
  /** The resource's key in the mesh. */
  readonly proxy: string;
}

/** Which resource a node id means for who presented itself. */
export function wanted(nodeId: string, { caller, token }: Presented, region: string): Wanted | StreamRefusal {
  const written = parseResource(nodeId);
  const granted = token === undefined ? undefined : grantOf(token);
  // Whoever holds a token is told of that alone, whatever else may be wrong with the id.
  if (token !== undefined && (granted === undefined || !names(written, granted))) {
    return { code: status.forbidden, message: `The token is for ${token.arn}, not for the node id '${nodeId}'` };
  }
  const kind = written && refOf(written.key)?.kind;
  if (written === undefined || (kind !== 'virtualNode' && kind !== 'virtualGateway')) {
    const message = `The node id '${nodeId}' names no virtual node or gateway: an ARN or mesh/M/virtualNode/N is meant`;
    return { code: status.unknownResource, message };
  }
  const { meshName, key } = written;
  if (written.region !== undefined && written.region !== region) {
    return { code: status.unknownResource, message: `The node id '${nodeId}' is of another region than ${region}` };
  }
  const meshOwner = granted?.meshOwner ?? written.meshOwner;
  const account = granted?.account ?? written.account ?? caller.accountId;
  return { account, ...(meshOwner !== undefined && { meshOwner }), meshName, proxy: key };
}

type Grant = ResourceArn & { readonly meshOwner: string };

function grantOf({ arn, meshOwner }: NonNullable<Presented['token']>): Grant | undefined {
  const parsed = parseArn(arn);
  return parsed && { ...parsed, meshOwner: meshOwner ?? parsed.account };
}

function names(written: WrittenResource | undefined, granted: Grant): boolean {
  const { meshName, key, account, region, meshOwner } = granted;
  if (written?.meshName !== meshName || written.key !== key) return false;
  return (
    (written.account ?? account) === account &&
    (written.region ?? region) === region &&
    (written.meshOwner ?? meshOwner) === meshOwner
  );
}

/** Whether the mesh as it is lets the caller run this resource. */
export async function admitted(
  { mesh, organizations }: MeshInView,
  proxy: string,
  { caller, token }: Presented,
  region: string,
  signatures: SignatureCheck | undefined,
): Promise<StreamRefusal | undefined> {
  const resource = mesh.resources.get(proxy);
  const { accountId } = caller;
  const unseen =
    resource === undefined
      ? mayRead(mesh, accountId, organizations)
      : mayStream(mesh, accountId, resource, organizations);
  if (unseen !== undefined) {
    return { code: status.forbidden, message: unseen.refused === 'forbidden' ? unseen.reason : unseen.refused };
  }
  if (resource === undefined)
    return { code: status.unknownResource, message: `There is no ${proxy} in mesh ${mesh.meshName}` };
  if (token !== undefined) return undefined;
  const own = arnOf({ region, account: resource.owner, meshName: mesh.meshName, key: keyOf(resource) });
  if (await signatures?.mayBe(caller, { arn: own, tags: resource.tags })) return undefined;
  return {
    code: status.forbidden,
    message: `${caller.arn} is not authorized to perform appmesh:StreamAggregatedResources on ${own}`,
  };
}
