// A way to AWS on which an answer can be held back: what was asked has happened, and whoever asked never hears of it.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HoldingProxy {
  readonly endpoint: string;
  /** Holds back the answer to the next request of this operation (`PutItem`) for ever; resolves when it is held. */
  hold(operation: string): Promise<void>;
  close(): void;
}

export async function holdingProxy(endpoint: string): Promise<HoldingProxy> {
  const { hostname, port } = new URL(endpoint);
  let wanted: { readonly operation: string; readonly held: () => void } | undefined;
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const target = String(headers['x-amz-target'] ?? '');
    const outgoing = request({ hostname, port, method, path: url, headers }, (response) => {
      if (wanted !== undefined && target.endsWith(`.${wanted.operation}`)) {
        response.resume();
        wanted.held();
        wanted = undefined;
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
    hold: (operation) =>
      new Promise((held) => {
        wanted = { operation, held };
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
