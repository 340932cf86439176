// For the tests of this folder: snapshots from a few words, and a conversation with one client without a connection.
import { createHash } from 'node:crypto';
import { DeltaDiscoveryResponse, DiscoveryResponse } from '../gen/envoy/service/discovery/v3/discovery.ts';
import { Any } from '../gen/google/protobuf/any.ts';
import { createDelta, type DeltaRequest } from './delta.ts';
import { createFrames, type Frames } from './frames.ts';
import { unprefixed } from './message-prefix.ts';
import { forEachType, typeOfUrl, typeUrls } from './order.ts';
import type { Protocol } from './protocol.ts';
import { createPusher } from './pusher.ts';
import type { EncodedResource, ResourceType, Snapshot, SnapshotView } from './snapshot.ts';
import { createSotw, type SotwRequest } from './sotw.ts';
import type { StreamHappening } from './status.ts';

export function resource(type: ResourceType, name: string, content: string): EncodedResource {
  const value = Buffer.from(content);
  const version = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return { name, version, any: Buffer.from(Any.encode({ typeUrl: typeUrls[type], value }).finish()) };
}

/** `{ cluster: { a: 'one' } }`: cluster a with the bytes "one". */
export function snapshotOf(
  sequence: number,
  content: Partial<Record<ResourceType, Readonly<Record<string, string>>>>,
): Snapshot {
  const resources = forEachType(
    (type) => new Map(Object.entries(content[type] ?? {}).map(([name, text]) => [name, resource(type, name, text)])),
  );
  return { sequence, resources };
}

export interface ShownView extends SnapshotView {
  show(snapshot: Snapshot | undefined): void;
  listeners(): number;
}

export function createView(first?: Snapshot): ShownView {
  let current = first;
  const all = new Set<() => void>();
  return {
    current: () => current,
    subscribe: (changed) => {
      all.add(changed);
      return () => all.delete(changed);
    },
    show: (snapshot) => {
      current = snapshot;
      for (const changed of all) changed();
    },
    listeners: () => all.size,
  };
}

/** A response as a client reads it: contents by name. */
export interface Heard {
  readonly type: ResourceType;
  readonly version: string;
  readonly nonce: string;
  readonly resources: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

const text = (any: { readonly value: Uint8Array } | undefined) => Buffer.from(any?.value ?? []).toString();

export function readDelta(bytes: Buffer): Heard {
  const { typeUrl, systemVersionInfo, nonce, resources, removedResources } = DeltaDiscoveryResponse.decode(bytes);
  const contents = Object.fromEntries(resources.map((entry) => [entry.name, text(entry.resource)]));
  return { type: known(typeUrl), version: systemVersionInfo, nonce, resources: contents, removed: removedResources };
}

/** State of the world carries no names: the contents in these tests begin with "NAME=", or are the name. */
export function readSotw(bytes: Buffer): Heard {
  const { typeUrl, versionInfo, nonce, resources } = DiscoveryResponse.decode(bytes);
  const contents = Object.fromEntries(resources.map((any) => [text(any).split('=')[0] ?? '', text(any)]));
  return { type: known(typeUrl), version: versionInfo, nonce, resources: contents, removed: [] };
}

function known(typeUrl: string): ResourceType {
  const type = typeOfUrl(typeUrl);
  if (type === undefined) throw new Error(`unknown type ${typeUrl}`);
  return type;
}

export interface Conversation<Request> {
  readonly view: ShownView;
  readonly protocol: Protocol<Request>;
  readonly happened: StreamHappening[];
  say(type: ResourceType, request?: Partial<Request>): void;
  ack(response: Heard, request?: Partial<Request>): void;
  nack(response: Heard, message: string, request?: Partial<Request>): void;
  show(snapshot: Snapshot | undefined): void;
  /** All responses since the last call. */
  heard(): readonly Heard[];
  /** Moves the clock. */
  wait(milliseconds: number): void;
}

export function deltaConversation(frames: Frames = createFrames(), linger = 5_000): Conversation<DeltaRequest> {
  const blank = { resourceNamesSubscribe: [], resourceNamesUnsubscribe: [], initialResourceVersions: {} };
  return conversation(createDelta(frames, linger), blank, readDelta);
}

export function sotwConversation(frames: Frames = createFrames(), linger = 5_000): Conversation<SotwRequest> {
  return conversation(createSotw(frames, linger), { resourceNames: [], versionInfo: '' }, readSotw);
}

function conversation<Request extends { typeUrl: string; responseNonce: string }>(
  protocol: Protocol<Request>,
  blank: Omit<Request, 'typeUrl' | 'responseNonce'>,
  read: (bytes: Buffer) => Heard,
): Conversation<Request> {
  const view = createView();
  const happened: StreamHappening[] = [];
  const responses: Heard[] = [];
  let now = 0;
  const write = (bytes: Buffer, written: () => void) => {
    responses.push(read(unprefixed(bytes)));
    written();
  };
  const pusher = createPusher(
    protocol,
    view,
    write,
    (happening) => happened.push(happening),
    () => now,
    (cause) => {
      throw cause;
    },
  );
  view.subscribe(() => pusher.push());
  const send = (type: ResourceType, responseNonce: string, more: object) => {
    const request = { ...blank, typeUrl: typeUrls[type], responseNonce, ...more };
    const received = protocol.receive(request as unknown as Request, 1_000);
    if (received.kind !== 'asked') happened.push(received);
    pusher.push();
  };
  return {
    view,
    protocol,
    happened,
    say: (type, request = {}) => send(type, '', request),
    ack: (response, request = {}) => send(response.type, response.nonce, request),
    nack: (response, message, request = {}) =>
      send(response.type, response.nonce, { ...request, errorDetail: { code: 13, message } }),
    show: (snapshot) => view.show(snapshot),
    heard: () => responses.splice(0),
    wait: (milliseconds) => {
      now += milliseconds;
      pusher.push();
    },
  };
}
