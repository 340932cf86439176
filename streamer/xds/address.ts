// Where the server listens: `host:port` or `unix:PATH`. A socket that a dead process left behind is cleared away first,
// one that somebody answers on is not.
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** PEM files' contents. With `clientAuthority`, clients must show a certificate of it. */
export interface Tls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientAuthority?: Buffer;
}

const unix = 'unix:';

export function isUnix(address: string): boolean {
  return address.startsWith(unix);
}

/** Answers the address with its real port; throws with the address when it cannot be had. Unix sockets stay plain. */
export async function bind(server: Server, address: string, tls: Tls | undefined): Promise<string> {
  try {
    if (isUnix(address)) await clearSocket(address.slice(unix.length));
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, credentialsFor(address, tls), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return isUnix(address) ? address : address.replace(/:\d+$/, `:${port}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot listen on ${address}: ${reason}`, { cause });
  }
}

function credentialsFor(address: string, tls: Tls | undefined): ServerCredentials {
  if (tls === undefined || isUnix(address)) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.key, cert_chain: tls.certificate };
  return ServerCredentials.createSsl(tls.clientAuthority ?? null, [pair], tls.clientAuthority !== undefined);
}

async function clearSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error('there is a file of that name');
  if (await answers(path)) throw new Error('another process listens there');
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}
