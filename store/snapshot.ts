// How a snapshot is kept: canonical JSON with its SHA-256, compressed; and which ones are kept. The same bytes serve
// any adapter, so that a damaged snapshot is noticed wherever it lay.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import canonicalize from 'canonicalize';
import type { StoredSnapshot } from '#events/store.ts';

/** `body` is gzip of the canonical JSON `{format, stream, sequence, state}`; `digest` its SHA-256 in hexadecimal. */
export interface PackedSnapshot {
  readonly body: Uint8Array;
  readonly digest: string;
}

/** A snapshot that was passed over, and why. */
export interface BadSnapshot extends Omit<StoredSnapshot, 'state'> {
  readonly reason: string;
}

/** How many of the newest snapshots of a stream stay, whatever their distance. */
const newestKept = 3;
/** Of this many versions one snapshot stays for ever, as the start for looking back in time. */
export const stretch = 10_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const digestOf = (text: Uint8Array): string => createHash('sha256').update(text).digest('hex');

export async function packSnapshot(snapshot: StoredSnapshot): Promise<PackedSnapshot> {
  const { stream, schema, sequence, state } = snapshot;
  if (state === undefined) throw new Error(`a snapshot of ${stream} without a state`);
  const text = Buffer.from(canonicalize({ format: schema, stream, sequence, state }) ?? '');
  return { body: await compress(text), digest: digestOf(text) };
}

/** The snapshot back from its bytes, or why it cannot be trusted. */
export async function unpackSnapshot(
  name: Omit<StoredSnapshot, 'state'>,
  packed: PackedSnapshot,
): Promise<StoredSnapshot | BadSnapshot> {
  const bad = (reason: string): BadSnapshot => ({ ...name, reason });
  let text: Buffer;
  try {
    text = await decompress(packed.body);
  } catch (error) {
    return bad(`it cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (digestOf(text) !== packed.digest) return bad('its checksum does not hold');
  // The checksum holds: the text is the one that was packed, so its shape is known.
  const held = JSON.parse(text.toString()) as Omit<StoredSnapshot, 'schema'> & { readonly format: number };
  if (held.format !== name.schema || held.stream !== name.stream || held.sequence !== name.sequence) {
    return bad(`it is one of ${held.stream} at ${held.sequence} in format ${held.format}`);
  }
  return { ...name, state: held.state };
}

/** Which of a stream's snapshots (by sequence, in one schema) may go. */
export function dispensable(sequences: readonly number[]): readonly number[] {
  const ascending = [...sequences].sort((a, b) => a - b);
  const kept = new Set(ascending.slice(-newestKept));
  const stretches = new Set<number>();
  for (const sequence of ascending) {
    const its = Math.floor(sequence / stretch);
    if (!stretches.has(its)) kept.add(sequence);
    stretches.add(its);
  }
  return ascending.filter((sequence) => !kept.has(sequence));
}
