// Who is told of a private key over a stream, and whether somebody on the way could listen.
import type { Actor } from '#events/event.ts';
import type { Holder } from './certificate-lookup.ts';
import type { StreamRequest } from './xds/admission.ts';

/** A socket for both versions of IP tells of version 4 as ::ffff:A.B.C.D (RFC 4291, 2.5.5.2). */
const loopback = /^(?:::1|\[::1\]|(?:::ffff:)?127(?:\.\d+){3}):\d+$/;

export const holderOf = ({ transport, peer }: Pick<StreamRequest, 'transport' | 'peer'>, caller: Actor): Holder => ({
  caller,
  exposed: transport === 'plain' && !loopback.test(peer),
});

/** The role of a session, where the policies of a role are all that is known of its sessions: they are told the same. */
export function roleOf(caller: Actor): Actor {
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(caller.arn) ?? [];
  return role === undefined ? caller : { ...caller, arn: `arn:${partition}:iam::${account}:role/${role}` };
}
