// One ADS stream from its opening to its end: who it is, what it asks, how it is told, why it is over.
// The protocol decides what to say and the pusher when; here they meet a gRPC call.
import { randomUUID } from 'node:crypto';
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Admission, Admitted, Asker, Refused, StreamNode, StreamOpening } from './admission.ts';
import { goAway } from './go-away.ts';
import type { Protocol } from './protocol.ts';
import { createPusher, type Pusher } from './pusher.ts';
import type { Mode, StreamEvent, StreamHappening, StreamStatus } from './status.ts';

/** An open stream as the server keeps it. */
export interface Stream {
  /** Canonical key; undefined before admission. */
  resource(): string | undefined;
  /** undefined before admission. */
  status(): StreamStatus | undefined;
  /** Ends the stream if it may not go on; whether it did. */
  review(): boolean;
  /** Ends the stream with a gRPC status; 0 asks the client to come back. */
  end(code: number, message: string): void;
  /** Asks the client to come back on another connection. */
  leave(): void;
}

/** What a stream needs of the server that it belongs to. */
export interface StreamSetting<Request> {
  readonly id: number;
  readonly mode: Mode;
  readonly opening: StreamOpening;
  readonly admission: Admission;
  readonly protocol: Protocol<Request>;
  /** Has `push` called soon, taking turns with other streams. */
  readonly schedule: (target: { push(): void }) => void;
  readonly onEvent: (event: StreamEvent) => void;
  /** Called once when the stream is over. */
  readonly onClosed: () => void;
  /** Milliseconds until the stream is ended with status 0; 0 for never. */
  readonly lifetime: number;
  /** Milliseconds that the first message may take. */
  readonly patience: number;
}

/** Both variants' requests name the node in the same way. */
export interface NodeRequest {
  readonly node?:
    | {
        readonly id: string;
        readonly cluster: string;
        readonly metadata?: Readonly<Record<string, unknown>> | undefined;
        readonly locality?: StreamNode['locality'] | undefined;
      }
    | undefined;
}

const unavailable: Refused = { code: 14, message: 'Admission is not possible now' };
const broken: Refused = { code: 14, message: 'Something failed here; please come back' };
const nowhere = { region: '', zone: '', subZone: '' };

export function openStream<Request extends NodeRequest>(
  call: ServerDuplexStream<Request, Buffer>,
  setting: StreamSetting<Request>,
): Stream {
  const { id, mode, opening, admission, protocol } = setting;
  const since = Date.now();
  const requestId = randomUUID();
  let open = true;
  let asker: Asker | undefined;
  let node: StreamNode | undefined;
  let admitted: Admitted | undefined;
  let pusher: Pusher | undefined;
  let unsubscribe = () => {};
  let timer: NodeJS.Timeout | undefined;

  function happened(happening: StreamHappening): void {
    const named = { ...(admitted && { resource: admitted.resource }), ...(node && { node: node.id }) };
    setting.onEvent({ stream: id, requestId, peer: opening.peer, mode, ...asker, ...named, ...happening });
  }

  async function begin(): Promise<void> {
    try {
      const screened = await admission.screen?.(opening);
      if (!open) return;
      if (screened !== undefined && 'code' in screened) return refuse(screened);
      asker = screened;
    } catch (cause) {
      return refuse(unavailable, cause);
    }
    timer = setTimeout(() => refuse({ code: 3, message: 'No request came' }), setting.patience).unref();
    call.on('data', (request: Request) => {
      if (!open) return;
      if (pusher !== undefined) return receive(request, pusher);
      call.pause();
      admit(request).catch((cause: unknown) => refuse(unavailable, cause));
    });
    call.on('end', () => end(0, ''));
  }

  async function admit(first: Request): Promise<void> {
    clearTimeout(timer);
    // One without a node is one without a name: what that is worth is for admission to say.
    const { id: nodeId = '', cluster = '', metadata = {}, locality = nowhere } = first.node ?? {};
    node = { id: nodeId, cluster, metadata, locality };
    const answer = await admission.admit({ ...opening, node });
    if (!('view' in answer)) return refuse(answer);
    const withdrawn = open ? answer.withdrawn?.() : undefined;
    if (!open || withdrawn !== undefined) answer.release();
    if (withdrawn !== undefined) return refuse(withdrawn);
    if (!open) return;
    // From here on the stream is found by its resource, and so ended with it.
    admitted = answer;
    happened({ kind: 'opened' });
    const own = createPusher(protocol, answer.view, write, happened, () => performance.now(), failed);
    pusher = own;
    unsubscribe = answer.view.subscribe(() => setting.schedule(own));
    if (setting.lifetime > 0) timer = setTimeout(() => end(0, ''), setting.lifetime).unref();
    receive(first, own);
    call.resume();
  }

  function write(bytes: Buffer, written: () => void): void {
    call.write(bytes, written);
  }

  function receive(request: Request, own: Pusher): void {
    try {
      const received = protocol.receive(request, Date.now());
      if (received.kind !== 'asked') happened(received);
      if (received.kind !== 'ignored') own.push();
    } catch (cause) {
      failed(cause);
    }
  }

  /** What fails on one stream ends that stream alone. */
  function failed(cause: unknown): void {
    refuse(broken, cause);
  }

  function refuse(refused: Refused, cause?: unknown): void {
    if (!open) return;
    happened({ kind: 'refused', ...refused, ...(cause !== undefined && { cause }) });
    end(refused.code, refused.message);
  }

  function end(code: number, message: string): void {
    if (!open) return;
    finish(code, message);
    if (code === 0) call.end();
    else call.emit('error', statusError(code, message));
  }

  function review(): boolean {
    const withdrawn = open ? admitted?.withdrawn?.() : undefined;
    if (withdrawn === undefined) return false;
    end(withdrawn.code, withdrawn.message);
    return true;
  }

  function finish(code?: number, message = ''): void {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    pusher?.close();
    unsubscribe();
    if (admitted !== undefined) {
      const lasted = { lastedMilliseconds: Date.now() - since };
      const ended = code === undefined ? {} : { code, ...(message !== '' && { message }) };
      happened({ kind: 'closed', ...ended, ...lasted });
      admitted.release();
    }
    setting.onClosed();
  }

  function status(): StreamStatus | undefined {
    if (admitted === undefined || node === undefined || pusher === undefined) return undefined;
    const { resource } = admitted;
    const types = protocol.status();
    return { stream: id, resource, node: node.id, peer: opening.peer, mode, since, sequence: pusher.sequence(), types };
  }

  call.on('cancelled', () => finish());
  call.on('error', () => finish());
  void begin();
  function leave(): void {
    goAway(call);
    end(0, '');
  }

  return { resource: () => admitted?.resource, status, review, end, leave };
}

/** grpc-js percent-encodes blanks, which Envoy logs as they come; text that a header can carry is sent raw instead. */
function statusError(code: number, message: string): Error {
  const metadata = new Metadata();
  if (/^[ -$&-~]*$/.test(message)) metadata.set('grpc-message', message);
  return Object.assign(new Error(message), { code, details: message, metadata });
}
