// Who is told of a private key over a stream, and whether somebody on the way could listen.
import type { Actor } from '#events/event.ts';
import type { Holder } from './certificate-lookup.ts';
import type { StreamRequest } from './xds/admission.ts';

/** A socket for both versions of IP tells of version 4 as ::ffff:A.B.C.D (RFC 4291, 2.5.5.2). */
const loopback = /^(?:::1|\[::1\]|(?:::ffff:)?127(?:\.\d+){3}):\d+$/;

/** A session is as good as its role: its policies are the role's, and all of the role's sessions are told the same. */
export function holderOf({ transport, peer }: Pick<StreamRequest, 'transport' | 'peer'>, caller: Actor): Holder {
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(caller.arn) ?? [];
  const arn = role === undefined ? caller.arn : `arn:${partition}:iam::${account}:role/${role}`;
  return { caller: { ...caller, arn }, exposed: transport === 'plain' && !loopback.test(peer) };
}
