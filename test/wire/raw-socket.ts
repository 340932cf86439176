// Bytes to a port and what comes back, for requests that no HTTP client would write.
import { connect, type Socket } from 'node:net';

/** Sends the parts one after the other, `pauseMs` apart, and reads until the server closes or says no more. */
export function sendBytes(
  endpoint: string,
  parts: readonly (string | Uint8Array)[],
  { pauseMs = 0, quietMs = 100 }: { readonly pauseMs?: number; readonly quietMs?: number } = {},
): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(Number(port), hostname);
    let quiet = setTimeout(() => socket.destroy(), 5000);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.destroy(), quietMs);
    });
    // A server may cut off whoever sends nonsense.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(quiet);
      resolve(answer);
    });
    const send = (index: number): void => {
      const part = parts[index];
      if (part === undefined || socket.destroyed) {
        clearTimeout(quiet);
        quiet = setTimeout(() => socket.destroy(), quietMs);
        return;
      }
      socket.write(part, () => (pauseMs === 0 ? send(index + 1) : setTimeout(send, pauseMs, index + 1)));
    };
    socket.on('connect', () => send(0));
  });
}

/** The statuses in what a server answered. */
export const statusesIn = (answer: string): readonly number[] =>
  [...answer.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
