// Tells a client that its connection takes no more streams: the next one it opens on another, and a load balancer may
// choose anew. grpc-js does so by itself when a connection is old, and has no way to ask for it.
import type { ServerHttp2Session } from 'node:http2';
import type { ServerDuplexStream } from '@grpc/grpc-js';

interface Inside {
  readonly call?: { readonly stream?: { readonly session?: ServerHttp2Session } };
}

/** The streams of the connection go on; it is closed after the last. Without a connection it does nothing. */
export function goAway<Request, Response>(call: ServerDuplexStream<Request, Response>): void {
  const session = (call as Inside).call?.stream?.session;
  if (session !== undefined && !session.closed) session.close();
}
