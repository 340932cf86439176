// A TCP port that is free on several loopback addresses at once, the wished one if it can be.
import { once } from 'node:events';
import { createServer } from 'node:net';

const attempts = 50;

/** A port on which nothing listens at any of the addresses; one that was not wished for is none of `taken`. */
export async function freePort(
  addresses: readonly string[],
  wished = 0,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  if (wished !== 0 && (await allFree(addresses, wished))) return wished;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = await listen(addresses[0] ?? '127.0.0.1', 0);
    if (port !== undefined && !taken.has(port) && (await allFree(addresses, port))) return port;
  }
  throw new Error(`no port is free on ${addresses.join(', ')}`);
}

/** Whether this machine has the address: Linux has all of 127.0.0.0/8, others only what was configured. */
export const hasAddress = async (address: string): Promise<boolean> => (await listen(address, 0)) !== undefined;

async function allFree(addresses: readonly string[], port: number): Promise<boolean> {
  for (const address of addresses) {
    if ((await listen(address, port)) === undefined) return false;
  }
  return true;
}

async function listen(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
