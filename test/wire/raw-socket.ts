// Bytes to a port and what comes back, for requests that no HTTP client would write.
import { connect, type Socket } from 'node:net';

const endOfAnswerMs = 100;

/**
 * Sends the parts one after the other, `pauseMs` apart, and reads until the server closes or says no more; it is given
 * `patienceMs` after the last part to begin.
 */
export function sendBytes(
  endpoint: string,
  parts: readonly (string | Uint8Array)[],
  { pauseMs = 0, patienceMs = 100 }: { readonly pauseMs?: number; readonly patienceMs?: number } = {},
): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(Number(port), hostname);
    let quiet: NodeJS.Timeout | undefined;
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.destroy(), endOfAnswerMs);
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
        quiet = setTimeout(() => socket.destroy(), patienceMs);
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
