// Finds secrets in bytes, in whatever form somebody may have written them: the secret numbers of a key in any container
// (DER, PEM, JWK), as hexadecimal or base64, wrapped, escaped, compressed, or several of these within each other.
import { createPrivateKey } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';

export interface Secret {
  /** What is said of it when it is found; the secret itself never is. */
  readonly what: string;
  readonly bytes: readonly Buffer[];
}

/** Where something was written, and what. */
export type Places = Iterable<readonly [place: string, bytes: Buffer | string]>;

/** A private key: each of its secret numbers gives it away (RFC 7518, 6.2.2 and 6.3.2). */
export function keySecret(what: string, pem: string): Secret {
  const { d, p, q, dp, dq } = createPrivateKey(pem).export({ format: 'jwk' });
  const numbers = [d, p, q, dp, dq].filter((number) => number !== undefined);
  return { what, bytes: numbers.map((number) => Buffer.from(number, 'base64url')) };
}

export const textSecret = (what: string, text: string): Secret => ({ what, bytes: [Buffer.from(text)] });

/** Every secret that stands in a place, as `PLACE: WHAT`, once. */
export function traces(secrets: readonly Secret[], places: Places): readonly string[] {
  const wanted = secrets.map(({ what, bytes }) => ({ what, needles: bytes.flatMap(written) }));
  const found = new Set<string>();
  for (const [place, bytes] of places) {
    const readings = [...readingsOf(Buffer.from(bytes), 3)];
    for (const { what, needles } of wanted) {
      if (needles.some((needle) => readings.some((reading) => reading.includes(needle))))
        found.add(`${place}: ${what}`);
    }
  }
  return [...found].sort();
}

/** A number as somebody may write it, wherever in what is encoded it begins. */
function written(secret: Buffer): readonly Buffer[] {
  const hex = secret.toString('hex');
  const inBase64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret]).toString('base64');
    // Characters that depend on what stands around it are left out.
    const own = text.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + secret.length) * 4) / 3));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [secret, ...[hex, hex.toUpperCase(), ...inBase64].map((text) => Buffer.from(text))];
}

/** Bytes as they are, without line ends and escapes, and what is packed in them. */
function* readingsOf(bytes: Buffer, depth: number): Iterable<Buffer> {
  yield bytes;
  const joined = bytes.toString('latin1').replaceAll(/\\+[nr]|\s/g, '');
  yield Buffer.from(joined, 'latin1');
  if (depth === 0) return;
  for (const packed of [...unzipped(bytes), ...decoded(joined)]) yield* readingsOf(packed, depth - 1);
}

/** RFC 1952, 2.3: what every header begins with, and the bytes of one without options. */
const magic = Buffer.from([0x1f, 0x8b, 0x08]);
const header = 10;

function* unzipped(bytes: Buffer): Iterable<Buffer> {
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    try {
      // Whatever stands behind it, which a reader of whole files minds.
      yield inflateRawSync(bytes.subarray(at + header));
    } catch {
      // It only looked like it.
    }
  }
}

function* decoded(text: string): Iterable<Buffer> {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/]{40,}|[\w-]{40,}/g)) yield Buffer.from(run, 'base64');
}
