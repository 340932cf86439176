// Signatures of requests: those that AWS publishes, those that the SDK makes, and every way to get one wrong.
import { Sha256 } from '@aws-crypto/sha256-js';
import { fc, test as property } from '@fast-check/vitest';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import type { Credential } from './credential-list.ts';
import type { SignedRequest } from './signed-request.ts';
import { type Verification, type VerifyOptions, verifyRequest } from './sigv4.ts';

const ANN: Credential = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  accountId: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/ann',
  policies: [],
};
const NOW = Date.UTC(2015, 7, 30, 12, 36);
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const verify = (request: SignedRequest, options: Partial<VerifyOptions> = {}): Promise<Verification> =>
  verifyRequest(request, { byAccessKey: (id) => (id === ANN.accessKeyId ? ANN : undefined), now: NOW, ...options });

const refusal = (verification: Verification): string =>
  'refused' in verification ? `${verification.refused}: ${verification.message}` : 'ok';

const requestOf = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): SignedRequest => {
  const [path = '', ...query] = target.split('?');
  return {
    method,
    path,
    rawQuery: query.join('?'),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
    body: Buffer.from(body),
  };
};

interface Signing {
  readonly method?: string;
  /** Segments of the path, decoded. */
  readonly segments?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly token?: string;
  readonly at?: number;
  readonly presignFor?: number;
  readonly checksum?: boolean;
}

// As a client of AWS does it: the SDK's own signer over the encoded path.
const sign = async (signing: Signing): Promise<SignedRequest> => {
  const { method = 'GET', segments = ['v20190125', 'meshes'], query = {}, headers = {}, body = '', token } = signing;
  const signer = new SignatureV4({
    service: 'appmesh',
    region: 'us-east-1',
    credentials: { ...ANN, ...(token === undefined ? {} : { sessionToken: token }) },
    sha256: Sha256,
    applyChecksum: signing.checksum ?? true,
  });
  const path = `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;
  const unsigned = {
    method,
    protocol: 'http:',
    hostname: 'localhost',
    path,
    query,
    body,
    headers: { host: 'localhost:8080', ...headers },
  };
  const signingDate = new Date(signing.at ?? NOW);
  const signed =
    signing.presignFor === undefined
      ? await signer.sign(unsigned, { signingDate })
      : await signer.presign(unsigned, { signingDate, expiresIn: signing.presignFor });
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return requestOf(method, pairs.length > 0 ? `${path}?${pairs.join('&')}` : path, signed.headers, body);
};

const withHeader = (request: SignedRequest, name: string, value: string | undefined): SignedRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value === undefined ? undefined : [value] },
});

const authorizationOf = (request: SignedRequest): string => request.headers.authorization?.[0] ?? '';

describe('the examples that AWS publishes', () => {
  const example = (
    target: string,
    signature: string,
    more: Readonly<Record<string, string>> = {},
    service = 'service',
  ) =>
    requestOf('GET', target, {
      host: service === 'iam' ? 'iam.amazonaws.com' : 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      ...more,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${['host', 'x-amz-date', ...Object.keys(more)].toSorted().join(';')}, Signature=${signature}`,
    });

  test.each([
    ['get-vanilla', example('/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')],
    [
      'get-vanilla-query-order-key-case',
      example('/?Param2=value2&Param1=value1', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'),
    ],
    [
      'the IAM reference',
      example(
        '/?Action=ListUsers&Version=2010-05-08',
        '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
        { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        'iam',
      ),
    ],
  ])('%s', async (_name, request) => {
    expect(refusal(await verify(request))).toBe('ok');
  });
});

describe('a signed request', () => {
  test('says who signed it, for which service and region', async () => {
    expect(await verify(await sign({}))).toEqual({
      ok: { credential: ANN, signingName: 'appmesh', region: 'us-east-1' },
    });
  });

  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => text !== '.' && text !== '..');

  property.prop([fc.array(name, { minLength: 1, maxLength: 5 }), fc.dictionary(name, name), fc.string()], {
    numRuns: 60,
  })('is believed whatever its names and body are', async (segments, query, body) => {
    expect(refusal(await verify(await sign({ method: 'PUT', segments, query, body })))).toBe('ok');
  });

  test.each(['*.example.local', 'a b', 'ünï', '100%', "it's(!)*", 'a/b', 'a%2Fb', '~_.-'])(
    'for the name %s',
    async (segment) => {
      expect(refusal(await verify(await sign({ segments: ['m', segment], query: { [segment]: segment } })))).toBe('ok');
    },
  );

  test('may hold a header more than once, spaces in it, and headers that the SDK would not sign', async () => {
    const request = await sign({ headers: { 'x-amz-list': 'a,b', 'x-amz-text': '  a   b ' } });
    const list = { ...request.headers, 'x-amz-list': ['a', 'b'] };
    expect(refusal(await verify({ ...request, headers: list }))).toBe('ok');
  });

  test('may carry the right session token', async () => {
    const byAccessKey = (): Credential => ({ ...ANN, sessionToken: 'token' });
    expect(refusal(await verify(await sign({ token: 'token' }), { byAccessKey }))).toBe('ok');
    const unrecognized = 'UnrecognizedClientException: The security token included in the request is invalid.';
    expect(refusal(await verify(await sign({ token: 'other' }), { byAccessKey }))).toBe(unrecognized);
    expect(refusal(await verify(await sign({}), { byAccessKey }))).toBe(unrecognized);
    expect(refusal(await verify(await sign({ token: 'token' })))).toBe(unrecognized);
  });

  test('holds for 15 minutes, before and after', async () => {
    const minute = 60_000;
    expect(refusal(await verify(await sign({ at: NOW - 15 * minute })))).toBe('ok');
    expect(refusal(await verify(await sign({ at: NOW + 15 * minute })))).toBe('ok');
    expect(refusal(await verify(await sign({ at: NOW - 16 * minute })))).toBe(
      'InvalidSignatureException: Signature expired: 20150830T122000Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)',
    );
    expect(refusal(await verify(await sign({ at: NOW + 16 * minute })))).toBe(
      'InvalidSignatureException: Signature not yet current: 20150830T125200Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)',
    );
  });

  test.each<[string, (request: SignedRequest) => SignedRequest]>([
    ['the method', (request) => ({ ...request, method: 'DELETE' })],
    ['the path', (request) => ({ ...request, path: `${request.path}/m` })],
    ['the query', (request) => ({ ...request, rawQuery: 'limit=2' })],
    ['a signed header', (request) => withHeader(request, 'host', 'evil.example')],
    [
      'the signature',
      (request) =>
        withHeader(
          request,
          'authorization',
          authorizationOf(request).replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        ),
    ],
    [
      'the region',
      (request) => withHeader(request, 'authorization', authorizationOf(request).replace('us-east-1', 'eu-west-1')),
    ],
  ])('is refused when %s changed', async (_what, change) => {
    expect(refusal(await verify(change(await sign({ query: { limit: '1' } }))))).toBe(
      `InvalidSignatureException: ${MISMATCH}`,
    );
  });

  test('is refused when the body changed', async () => {
    const request = await sign({ method: 'PUT', body: '{}' });
    const body = Buffer.from('[]');
    expect(refusal(await verify({ ...request, body }))).toContain("'x-amz-content-sha256' header does not match");
  });

  test('covers the body even when no header names its hash', async () => {
    // boto3 and curl sign like this.
    const request = await sign({ method: 'PUT', body: '{}', checksum: false });
    expect(request.headers['x-amz-content-sha256']).toBe(undefined);
    expect(refusal(await verify(request))).toBe('ok');
    expect(refusal(await verify({ ...request, body: Buffer.from('[]') }))).toContain(MISMATCH);
  });

  test('may leave its payload unsigned only where that is allowed', async () => {
    const request = await sign({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    expect(refusal(await verify(request))).toBe(
      'InvalidSignatureException: The payload of this request must be signed.',
    );
    expect(refusal(await verify(request, { unsignedPayload: true }))).toBe('ok');
  });

  test('is verified with the secret of the moment, whatever was verified before', async () => {
    const request = await sign({});
    const renewed = { byAccessKey: () => ({ ...ANN, secretAccessKey: 'another' }) };
    expect(refusal(await verify(request))).toBe('ok');
    expect(refusal(await verify(request, renewed))).toContain(MISMATCH);
    expect(refusal(await verify(request))).toBe('ok');
  });

  test('is verified however many other days, regions and services were claimed before', async () => {
    for (let claimed = 0; claimed < 300; claimed += 1) {
      const foreign = requestOf('GET', '/', {
        host: 'h',
        'x-amz-date': '20150830T123600Z',
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/r-${claimed}/s/aws4_request, SignedHeaders=host, Signature=0`,
      });
      expect(refusal(await verify(foreign))).toContain(MISMATCH);
    }
    expect(refusal(await verify(await sign({})))).toBe('ok');
  });

  test('never shows the secret or the right signature when it is refused', async () => {
    const request = await sign({});
    const right = /Signature=(\w+)/.exec(authorizationOf(request))?.[1] ?? 'none';
    const said = refusal(
      await verify(withHeader(request, 'authorization', authorizationOf(request).replace(right, 'f'.repeat(64)))),
    );
    expect(said).toContain(MISMATCH);
    expect(said).not.toContain(right);
    expect(said).not.toContain(ANN.secretAccessKey);
  });
});

describe('a request that is not properly signed', () => {
  const missing = 'MissingAuthenticationTokenException: Missing Authentication Token';

  test.each([undefined, 'Bearer abc', 'Basic YTpi', ''])('with the authorization %s', async (authorization) => {
    expect(refusal(await verify(withHeader(await sign({}), 'authorization', authorization)))).toBe(missing);
  });

  test('by a key that nobody knows', async () => {
    expect(refusal(await verify(await sign({}), { byAccessKey: () => undefined }))).toBe(
      'UnrecognizedClientException: The security token included in the request is invalid.',
    );
  });

  const scope = 'AKIDEXAMPLE/20150830/us-east-1/appmesh/aws4_request';
  const signature = `Signature=${'0'.repeat(64)}`;
  test.each([
    ['no parts', 'AWS4-HMAC-SHA256', "requires 'Credential' parameter. Authorization header requires 'SignedHeaders'"],
    ['no signature', `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host`, "requires 'Signature' parameter."],
    [
      'a short scope',
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830, SignedHeaders=host, ${signature}`,
      'exactly 5',
    ],
    ['a long scope', `AWS4-HMAC-SHA256 Credential=x/${scope}, SignedHeaders=host, ${signature}`, 'exactly 5'],
    [
      'a wrong terminator',
      `AWS4-HMAC-SHA256 Credential=${scope}4, SignedHeaders=host, ${signature}`,
      'valid terminator',
    ],
    [
      'another day',
      `AWS4-HMAC-SHA256 Credential=${scope.replace('0830', '0829')}, SignedHeaders=host, ${signature}`,
      "'20150829' != '20150830'",
    ],
    ['no host', `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=x-amz-date, ${signature}`, "'Host' must be"],
    [
      'a header that is not there',
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-nope, ${signature}`,
      'missing from the request: x-nope.',
    ],
    [
      'a header named like an object',
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;__proto__, ${signature}`,
      'missing from the request',
    ],
    ['no blanks', `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host,${signature}`, MISMATCH],
  ])('with %s', async (_what, authorization, expected) => {
    const said = refusal(await verify(withHeader(await sign({}), 'authorization', authorization)));
    expect(said).toContain('InvalidSignatureException');
    expect(said).toContain(expected);
  });

  test.each([
    [undefined, "requires existence of an 'X-Amz-Date' header"],
    ['Sun, 30 Aug 2015 12:36:00 GMT', 'basic format'],
    ['20150830T996100Z', 'is not a date'],
  ])('with the date %s', async (date, expected) => {
    expect(refusal(await verify(withHeader(await sign({}), 'x-amz-date', date)))).toContain(expected);
  });

  test('with a query that does not decode', async () => {
    expect(refusal(await verify({ ...(await sign({})), rawQuery: 'a=%zz' }))).toContain('encodes nothing');
  });

  property.prop([fc.string(), fc.string(), fc.string()])(
    'is refused, not a crash, whatever it says',
    async (text, path, rawQuery) => {
      const request = withHeader(await sign({}), 'authorization', `AWS4-HMAC-SHA256 ${text}`);
      expect(refusal(await verify({ ...request, path, rawQuery }))).not.toBe('ok');
    },
  );
});

describe('a presigned URL', () => {
  test('is believed until it expires', async () => {
    const request = await sign({ query: { limit: '1' }, presignFor: 3600 });
    expect(request.headers.authorization).toBe(undefined);
    expect(refusal(await verify(request))).toBe('ok');
    expect(refusal(await verify(request, { now: NOW + 3_600_000 }))).toBe('ok');
    expect(refusal(await verify(request, { now: NOW + 3_601_000 }))).toContain('Signature expired');
  });

  test('may carry a session token', async () => {
    const byAccessKey = (): Credential => ({ ...ANN, sessionToken: 'token' });
    expect(refusal(await verify(await sign({ token: 'token', presignFor: 60 }), { byAccessKey }))).toBe('ok');
    expect(refusal(await verify(await sign({ token: 'other', presignFor: 60 }), { byAccessKey }))).toContain(
      'Unrecognized',
    );
  });

  test.each([
    ['changed', /limit=1/, 'limit=2', MISMATCH],
    ['with a longer life', /X-Amz-Expires=60/, 'X-Amz-Expires=600', MISMATCH],
    ['with a life of more than a week', /X-Amz-Expires=60/, 'X-Amz-Expires=604801', 'from 1 to 604800'],
    ['without a date', /X-Amz-Date=/, 'Y=', "must include 'X-Amz-Date' once"],
    ['with another algorithm', /AWS4-HMAC-SHA256/, 'AWS4-ECDSA-P256-SHA256', "must be 'AWS4-HMAC-SHA256'"],
  ])('is refused %s', async (_how, part, replacement, expected) => {
    const request = await sign({ query: { limit: '1' }, presignFor: 60 });
    expect(refusal(await verify({ ...request, rawQuery: request.rawQuery.replace(part, replacement) }))).toContain(
      expected,
    );
  });
});
