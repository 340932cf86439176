// An STS that lets nobody assume a role, in its own words.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DenyingServer {
  readonly endpoint: string;
  stop(): void;
}

const error = '<Type>Sender</Type><Code>AccessDenied</Code><Message>may not assume it</Message>';

export async function startDenyingServer(): Promise<DenyingServer> {
  const server = createServer((_, response) => {
    response.writeHead(403, { 'content-type': 'text/xml' });
    response.end(`<ErrorResponse><Error>${error}</Error><RequestId>r</RequestId></ErrorResponse>`);
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}
