// A message inside another, as Envoy's extension points take it.

import type { DeepPartial, MessageFns } from '../gen/envoy/config/listener/v3/listener.ts';
import type { Any } from '../gen/google/protobuf/any.ts';

/** Packs a message of a type; `fromPartial` completes it, since encoding needs every member. */
export function packed<T>(type: MessageFns<T, string>, message: DeepPartial<T>): Any {
  const bytes = type.encode(type.fromPartial(message)).finish();
  return { typeUrl: `type.googleapis.com/${type.$type}`, value: Buffer.from(bytes) };
}
