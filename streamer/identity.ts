// Which node is this Envoy, and may it be? A token says so offline; embedded, a Signature Version 4 does as well.
// What its node.id names must be what its token names.
import type { Actor, Tag } from '#events/event.ts';
import { arnOf, keyOf, meshStream, parseArn, type ResourceArn, refOf } from '#events/names.ts';
import { meshOwnerOf, parseResource, type WrittenResource } from '#events/resource-text.ts';
import { mayRead, mayStream, type Organizations } from '#events/sharing.ts';
import type { MeshState } from '#events/state.ts';
import type { SignedStream } from '#identity/stream-signature.ts';
import type { TokenVerifier } from '#identity/token.ts';

/** gRPC statuses that end a stream, as App Mesh gave them (guide, "Troubleshooting"; contract). */
export const status = { unknownResource: 3, forbidden: 7, overQuota: 8, unavailable: 14, unauthenticated: 16 } as const;

export interface StreamRefusal {
  readonly code: (typeof status)[keyof typeof status];
  readonly message: string;
  /** What went wrong here; for the log alone. */
  readonly cause?: unknown;
}

/** Who opened a stream; `arn` when it holds a token for that one resource. */
export interface Presented {
  readonly caller: Actor;
  readonly arn?: string;
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
    const { accountId, principal, resource } = verified.ok;
    return { caller: { accountId, arn: principal }, arn: resource };
  }
  if (signatures === undefined) return unauthenticated('Only tokens are accepted here: authorization: Bearer TOKEN');
  const verified = await signatures.verify(stream);
  return 'refused' in verified ? unauthenticated(verified.refused) : { caller: verified.caller };
}

/** The resource that a stream may be served as: its mesh's stream, its key there. */
export interface Wanted {
  readonly stream: string;
  readonly proxy: string;
  readonly meshName: string;
}

/** Which resource a node id means for who presented itself. */
export function wanted(nodeId: string, { caller, arn }: Presented, region: string): Wanted | StreamRefusal {
  const written = parseResource(nodeId);
  const granted = arn === undefined ? undefined : parseArn(arn);
  // Whoever holds a token is told of that alone, whatever else may be wrong with the id.
  if (arn !== undefined && (granted === undefined || !names(written, granted))) {
    return { code: status.forbidden, message: `The token is for ${arn}, not for the node id '${nodeId}'` };
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
  return {
    stream: meshStream(meshOwnerOf(written, granted?.account ?? caller.accountId), meshName),
    proxy: key,
    meshName,
  };
}

function names(written: WrittenResource | undefined, granted: ResourceArn): boolean {
  if (written?.meshName !== granted.meshName || written.key !== granted.key) return false;
  return (
    (written.account ?? granted.account) === granted.account && (written.region ?? granted.region) === granted.region
  );
}

/** Whether the mesh as it is lets the caller run this resource. */
export async function admitted(
  { mesh, organizations }: { readonly mesh: MeshState; readonly organizations: Organizations },
  proxy: string,
  { caller, arn }: Presented,
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
  if (arn !== undefined) return undefined;
  const own = arnOf({ region, account: resource.owner, meshName: mesh.meshName, key: keyOf(resource) });
  if (await signatures?.mayBe(caller, { arn: own, tags: resource.tags })) return undefined;
  return {
    code: status.forbidden,
    message: `${caller.arn} is not authorized to perform appmesh:StreamAggregatedResources on ${own}`,
  };
}
