// Responses as bytes, each written once and shared by all streams that are told the same of the same snapshot.
// The nonce is part of the bytes, so it counts the responses of the process, not of a stream.
// Written field by field, because the resources in them are bytes already (envoy/service/discovery/v3/discovery.proto).
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { prefixed } from './message-prefix.ts';
import { typeUrls } from './order.ts';
import type { EncodedResource, ResourceType, Snapshot } from './snapshot.ts';
import type { Mode } from './status.ts';
import { itemsOf, type Versions } from './versions.ts';

/** What a response says. */
export interface Saying {
  readonly mode: Mode;
  readonly type: ResourceType;
  readonly version: string;
  readonly resources: readonly EncodedResource[];
  readonly removed: readonly string[];
}

/** A response ready to be sent: its bytes begin with the prefix of gRPC. */
export interface Frame {
  readonly nonce: number;
  readonly bytes: Buffer;
  /** What it tells, for the books of all streams. */
  readonly items: Versions;
}

/** Gives the response with a nonce greater than `after`, the greatest one that the stream has used for the type. */
export type Frames = (snapshot: Snapshot, saying: Saying, after: number) => Frame;

export function createFrames(): Frames {
  const known = new WeakMap<Snapshot, Map<string, Frame>>();
  let count = 0;
  return (snapshot, saying, after) => {
    let frames = known.get(snapshot);
    if (frames === undefined) {
      frames = new Map();
      known.set(snapshot, frames);
    }
    const key = keyOf(snapshot, saying);
    const before = frames.get(key);
    if (before !== undefined && before.nonce > after) return before;
    count += 1;
    const frame = {
      nonce: count,
      items: itemsOf(saying.resources, saying.removed),
      bytes: saying.mode === 'sotw' ? sotwBytes(saying, count) : deltaBytes(saying, count),
    };
    frames.set(key, frame);
    return frame;
  };
}

function keyOf(snapshot: Snapshot, { mode, type, version, resources, removed }: Saying): string {
  const all = resources.length === snapshot.resources[type].size && removed.length === 0;
  const names = all ? '*' : JSON.stringify([resources.map((resource) => resource.name), removed]);
  return `${mode} ${type} ${version} ${names}`;
}

function sotwBytes({ type, version, resources }: Saying, nonce: number): Buffer {
  const writer = new BinaryWriter();
  writer.uint32(tag(1)).string(version);
  for (const resource of resources) writer.uint32(tag(2)).bytes(resource.any);
  writer.uint32(tag(4)).string(typeUrls[type]).uint32(tag(5)).string(String(nonce));
  return prefixed(writer.finish());
}

function deltaBytes({ type, version, resources, removed }: Saying, nonce: number): Buffer {
  const writer = new BinaryWriter();
  writer.uint32(tag(1)).string(version);
  for (const { name, version: own, any } of resources) {
    writer
      .uint32(tag(2))
      .fork()
      .uint32(tag(1))
      .string(own)
      .uint32(tag(2))
      .bytes(any)
      .uint32(tag(3))
      .string(name)
      .join();
  }
  writer.uint32(tag(4)).string(typeUrls[type]).uint32(tag(5)).string(String(nonce));
  for (const name of removed) writer.uint32(tag(6)).string(name);
  return prefixed(writer.finish());
}

/** All fields of both responses are length-delimited: wire type 2. */
function tag(field: number): number {
  return (field << 3) | 2;
}
