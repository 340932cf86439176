// A way to AWS through this process, on which a test has a say: what passes, and which answer gets back.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Way {
  readonly endpoint: string;
  close(): void;
}

export interface Gate {
  /** Answers the request itself, or breaks it off, and says so; whatever it leaves alone goes on. */
  stops?(incoming: IncomingMessage, answer: ServerResponse): boolean;
  /** Keeps the answer that came back. */
  keeps?(incoming: IncomingMessage): boolean;
}

export async function forwardingProxy(endpoint: string, { stops, keeps }: Gate): Promise<Way> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, answer) => {
    if (stops?.(incoming, answer)) return;
    const { method, url, headers } = incoming;
    const outgoing = request({ hostname, port, method, path: url, headers }, (response) => {
      if (keeps?.(incoming)) {
        response.resume();
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
