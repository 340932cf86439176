// What the HTTP door is knocked at with: requests that are almost right, bytes that are no request at all, and all
// between. fast-check makes them, from a seed.
import fc, { type Arbitrary } from 'fast-check';
import { arbitrary } from '#events/model/arbitrary.ts';
import { operations } from '#events/model/operations.ts';
import { mutationsOf } from '#test/contract/mutations.ts';

/** A request to be signed and sent. */
export interface SignedNonsense {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('..', '.', '%00', '%2F', '%', '__proto__', 'constructor', 'a'.repeat(5000), '-1', '1e999', 'null'),
);

const segment = fc.oneof(
  fc.constantFrom('meshes', 'm', 'virtualNodes', 'virtualRouter', 'routes', 'tags', 'v20190125'),
  odd.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.stringMatching(/^[!-~]{0,20}$/).map((text) => text.replace(/[?#]/g, '')),
);

const path = fc.oneof(
  fc.constantFrom(...operations.map(({ uri }) => uri.replaceAll(/\{\w+\}/g, 'm'))),
  fc
    .tuple(fc.constantFrom(...operations.map(({ uri }) => uri)), fc.array(segment, { minLength: 3, maxLength: 3 }))
    .map(([uri, parts]) => {
      let at = 0;
      return uri.replaceAll(/\{\w+\}/g, () => parts[at++] ?? '');
    }),
  fc.array(segment, { maxLength: 8 }).map((parts) => `/${parts.join('/')}`),
);

const query = fc.dictionary(
  fc.oneof(
    fc.constantFrom('limit', 'nextToken', 'meshOwner', 'resourceArn'),
    odd.filter((text) => text !== ''),
  ),
  odd,
  { maxKeys: 4 },
);

/** Documents that are right but for one thing, and documents of nothing in particular. */
const body: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...operations.filter(({ method }) => method === 'PUT')).chain(({ input }) =>
    fc.tuple(arbitrary(input), fc.nat()).map(([value, at]) => {
      const mutations = mutationsOf(input, value);
      return JSON.stringify(mutations[at % Math.max(1, mutations.length)]?.value ?? value);
    }),
  ),
  fc.json({ maxDepth: 12 }),
  fc.anything({ withBigInt: false, withMap: true, withSet: true }).map((value) => String(JSON.stringify(value))),
  odd,
  fc.nat({ max: 20_000 }).map((depth) => `{"spec":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.tuple(fc.json(), fc.nat()).map(([text, cut]) => text.slice(0, cut % (text.length + 1))),
);

const headerValue = fc.stringMatching(/^[ -~]{0,200}$/);
const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom('content-type', 'accept', 'x-amz-date', 'x-amz-security-token', 'x-amzn-requestid', 'expect'),
    fc
      .stringMatching(/^[a-z][a-z-]{0,20}$/)
      .filter(
        (name) =>
          !/^(host|connection|content-length|te|upgrade|transfer-encoding|trailer|keep-alive|proxy-.*)$/.test(name),
      ),
  ),
  headerValue,
  { maxKeys: 5 },
);

export const signedNonsense: Arbitrary<SignedNonsense> = fc.record({
  method: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('GET', 'PUT', 'DELETE') },
    { weight: 1, arbitrary: fc.constantFrom('POST', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH') },
  ),
  path,
  query,
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
  body: fc.option(body, { nil: undefined }),
});

/** Bytes for a socket: pieces of HTTP in any order, and anything else. */
export const bytes: Arbitrary<readonly Uint8Array[]> = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .constantFrom(
        'GET / HTTP/1.1\r\n',
        'PUT /v20190125/meshes HTTP/1.1\r\n',
        'GET http://other/v20190125/meshes HTTP/1.1\r\n',
        'OPTIONS * HTTP/1.1\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'CONNECT a:1 HTTP/1.1\r\n',
        'host: a\r\n',
        'content-length: 10\r\n',
        'content-length: -1\r\n',
        'content-length: 99999999999999999999\r\n',
        'transfer-encoding: chunked\r\n',
        'transfer-encoding: chunked, identity\r\n',
        'connection: upgrade\r\nupgrade: websocket\r\n',
        'expect: 100-continue\r\n',
        'authorization: AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=;;, Signature=\r\n',
        `x: ${'y'.repeat(20_000)}\r\n`,
        'a: b\r\n'.repeat(3000),
        ' folded\r\n',
        '\r\n',
        'ffffffffffffffff\r\n',
        '5\r\nhello\r\n0\r\n\r\n',
        '{}',
      )
      .map((text) => new TextEncoder().encode(text)),
  ),
  { minLength: 1, maxLength: 8 },
);
