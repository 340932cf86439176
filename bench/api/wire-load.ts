// The load: requests that were written and signed before, sent over connections that stay open, a fixed number at once.
// It speaks just enough HTTP to know where an answer ends, so that the measured server is what takes the time.
import { connect, type Socket } from 'node:net';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds from the first byte sent to the last received. */
  readonly p50: number;
  readonly p99: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Whether the server said that it closes the connection, or speaks HTTP/1.0 and so does. */
  readonly last: boolean;
}

/** Reads one answer; undefined until all of it is there. */
function read(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.subarray(0, end).toString('latin1');
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without its length: ${head}`);
  if (received.length < end + 4 + length) return undefined;
  const status = Number(head.slice(9, 12));
  const last = head.startsWith('HTTP/1.0') || /\r\nconnection: *close/i.test(head);
  return { status, text: received.subarray(end + 4).toString(), last };
}

const open = ({ host, port }: Target): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

function exchange(socket: Socket, request: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const done = (settle: () => void) => {
      socket.off('data', onData).off('close', onClose);
      settle();
    };
    const onClose = () => done(() => reject(new Error('the server closed the connection')));
    const onData = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = read(received);
      if (answer !== undefined) done(() => resolve(answer));
    };
    socket.on('data', onData).on('close', onClose);
    socket.write(request);
  });
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Sends all requests, `concurrency` at once; any answer but 200 is an error. */
export async function load(target: Target, requests: readonly Buffer[], concurrency: number): Promise<Measured> {
  const times: number[] = [];
  const waiting = requests.values();
  const worker = async () => {
    let socket: Socket | undefined;
    for (const request of waiting) {
      const started = performance.now();
      socket ??= await open(target);
      const { status, text, last } = await exchange(socket, request);
      times.push(performance.now() - started);
      if (status !== 200) throw new Error(`${request.toString().split('\r\n', 1)[0]}: ${status} ${text}`);
      if (!last) continue;
      socket.destroy();
      socket = undefined;
    }
    socket?.destroy();
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  const sorted = times.toSorted((a, b) => a - b);
  return { perSecond: requests.length / seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
