// An application that fails as it is told to, and counts how often it was asked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { Stage } from '../fixture/stage.ts';

export interface CountingApplication {
  readonly port: number;
  /** How often a path was asked for. */
  asked(path: string): number;
}

/** Answers `/STATUS/…` with the status, `/never/…` never, `/late/…` after a second, and anything else with 200. */
export async function startFailing(stage: Stage): Promise<CountingApplication> {
  const counts = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    counts.set(url, (counts.get(url) ?? 0) + 1);
    const [, how = ''] = url.split('/');
    if (how === 'never') return;
    response.statusCode = /^\d{3}$/.test(how) ? Number(how) : 200;
    if (how === 'late') setTimeout(() => response.end(), 1000);
    else response.end();
  });
  server.keepAliveTimeout = 0;
  stage.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: await listening(server), asked: (path) => counts.get(path) ?? 0 };
}

/** The same over HTTP/2: answers `/grpc/STATUS` with that gRPC status, `/never/…` never, and refuses the stream of `/refuse/…`. */
export async function startFailingHttp2(stage: Stage): Promise<CountingApplication> {
  const counts = new Map<string, number>();
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    const path = headers[':path'] ?? '';
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const [, how, status = '0'] = path.split('/');
    stream.on('error', () => stream.destroy());
    if (how === 'never') return;
    if (how === 'refuse') stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else stream.respond({ 'content-type': 'application/grpc', 'grpc-status': status }, { endStream: true });
  });
  server.on('session', (session) => stage.defer(() => session.destroy()));
  stage.defer(() => void server.close());
  return { port: await listening(server), asked: (path) => counts.get(path) ?? 0 };
}

async function listening(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  return (server.address() as AddressInfo).port;
}
