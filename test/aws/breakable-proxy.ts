// A way to AWS that can be cut: for a process that must do without it for a while.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BreakableProxy {
  readonly endpoint: string;
  /** Every request gets this error of DynamoDB's from now on; without one, no answer at all but a broken connection. */
  cut(error?: { readonly status: number; readonly name: string }): void;
  mend(): void;
  close(): void;
}

export async function breakableProxy(endpoint: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(endpoint);
  let cut: false | Parameters<BreakableProxy['cut']>[0] = false;
  const server = createServer((incoming, answer) => {
    if (cut === undefined) return void incoming.socket.destroy();
    if (cut !== false) {
      const body = { __type: `com.amazonaws.dynamodb.v20120810#${cut.name}`, message: 'cut' };
      return void answer.writeHead(cut.status).end(JSON.stringify(body));
    }
    const { method, url, headers } = incoming;
    const outgoing = request({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(error) {
      cut = error;
    },
    mend() {
      cut = false;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
