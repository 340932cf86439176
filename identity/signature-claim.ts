// What a request says of its own signature: who signed, when, over which headers. Read from the Authorization
// header or, in a presigned URL, from the query; nothing here is believed yet.
import { invalidSignature, missingToken, type SignatureRefusal } from './signature-refusal.ts';
import { headerOf, type SignedRequest } from './signed-request.ts';

export interface SignatureClaim {
  readonly accessKeyId: string;
  /** The day of the signing key, `YYYYMMDD`. */
  readonly day: string;
  readonly region: string;
  /** The signing name of the service (`appmesh`, `execute-api` …). */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** When it was signed, `YYYYMMDDTHHMMSSZ`. */
  readonly date: string;
  /** Seconds for which a presigned URL holds; absent for a signed header. */
  readonly expires?: number;
  readonly sessionToken?: string;
  /** The hash of the body that the client says it signed. */
  readonly contentHash?: string;
  /** The query that was signed, decoded; a name may stand in it more than once. */
  readonly query: Readonly<Record<string, readonly string[]>>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const DATE = /^\d{8}T\d{6}Z$/;
const MAX_EXPIRES = 604_800;
const QUERY = { algorithm: 'X-Amz-Algorithm', signature: 'X-Amz-Signature', expires: 'X-Amz-Expires' };

type Query = Readonly<Record<string, readonly string[]>>;

// "+" is a plus sign here, as in every signer: a blank is signed as %20.
const decodeQuery = (rawQuery: string): Query | undefined => {
  // Without a prototype, because a name may be any text, `__proto__` too.
  const query: Record<string, string[]> = Object.create(null);
  try {
    for (const pair of rawQuery.split('&').filter((text) => text !== '')) {
      const cut = pair.includes('=') ? pair.indexOf('=') : pair.length;
      const name = decodeURIComponent(pair.slice(0, cut));
      query[name] = [...(query[name] ?? []), decodeURIComponent(pair.slice(cut + 1))];
    }
    return query;
  } catch {
    // decodeURIComponent throws on a percent sign that encodes nothing.
    return undefined;
  }
};

const readScope = (
  credential: string,
): Pick<SignatureClaim, 'accessKeyId' | 'day' | 'region' | 'service'> | SignatureRefusal => {
  const [accessKeyId, day, region, service, terminator, ...more] = credential.split('/');
  if (!accessKeyId || !day || !region || !service || terminator === undefined || more.length > 0) {
    return invalidSignature('Credential must have exactly 5 slash-delimited elements: keyid/date/region/service/term.');
  }
  if (terminator !== TERMINATOR) {
    return invalidSignature(`Credential should be scoped with a valid terminator: '${TERMINATOR}'.`);
  }
  return { accessKeyId, day, region, service };
};

/** Both forms say the same things in two places. */
interface Parts {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly expires?: number;
  readonly sessionToken?: string;
  readonly contentHash?: string;
  readonly query: Query;
}

const claimOf = ({ credential, signedHeaders, date, ...parts }: Parts): SignatureClaim | SignatureRefusal => {
  const scope = readScope(credential);
  if ('refused' in scope) return scope;
  if (!DATE.test(date)) return invalidSignature("Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'.");
  return { ...scope, ...parts, date, signedHeaders: signedHeaders.toLowerCase().split(';') };
};

const readHeader = (request: SignedRequest, authorization: string, query: Query): SignatureClaim | SignatureRefusal => {
  const parts = new Map(
    authorization
      .slice(ALGORITHM.length)
      .split(',')
      .map((part) => part.trim().split(/=(.*)/s) as [string, string | undefined])
      .map(([name, value = '']) => [name, value]),
  );
  const date = headerOf(request, 'x-amz-date');
  const missing = ['Credential', 'SignedHeaders', 'Signature']
    .filter((name) => !parts.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) missing.push("Authorization header requires existence of an 'X-Amz-Date' header.");
  if (missing.length > 0 || date === undefined) return invalidSignature(missing.join(' '));
  return claimOf({
    credential: parts.get('Credential') ?? '',
    signedHeaders: parts.get('SignedHeaders') ?? '',
    signature: parts.get('Signature') ?? '',
    date,
    query,
    ...optional('sessionToken', headerOf(request, 'x-amz-security-token')),
    ...optional('contentHash', headerOf(request, 'x-amz-content-sha256')),
  });
};

const readQuery = (query: Query): SignatureClaim | SignatureRefusal => {
  const one = (name: string): string => query[name]?.[0] ?? '';
  const names = [
    QUERY.algorithm,
    'X-Amz-Credential',
    'X-Amz-Date',
    QUERY.expires,
    'X-Amz-SignedHeaders',
    QUERY.signature,
  ];
  const missing = names.filter((name) => one(name) === '' || query[name]?.length !== 1);
  if (missing.length > 0) {
    return invalidSignature(
      missing.map((name) => `AWS query-string parameters must include '${name}' once.`).join(' '),
    );
  }
  if (one(QUERY.algorithm) !== ALGORITHM) return invalidSignature(`${QUERY.algorithm} must be '${ALGORITHM}'.`);
  const expires = Number(one(QUERY.expires));
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES) {
    return invalidSignature(`${QUERY.expires} must be a number of seconds from 1 to ${MAX_EXPIRES}.`);
  }
  return claimOf({
    credential: one('X-Amz-Credential'),
    signedHeaders: one('X-Amz-SignedHeaders'),
    signature: one(QUERY.signature),
    date: one('X-Amz-Date'),
    expires,
    // The signature itself is the one parameter that is not signed.
    query: Object.fromEntries(Object.entries(query).filter(([name]) => name !== QUERY.signature)),
    ...optional('sessionToken', query['X-Amz-Security-Token']?.[0]),
    ...optional('contentHash', query['X-Amz-Content-Sha256']?.[0]),
  });
};

const optional = <Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: string });

/** Reads what the request claims, or refuses it because it claims nothing or not enough. */
export const readClaim = (request: SignedRequest): SignatureClaim | SignatureRefusal => {
  const authorization = headerOf(request, 'authorization');
  const query = decodeQuery(request.rawQuery);
  if (authorization === undefined && query?.[QUERY.signature] === undefined) return missingToken();
  if (query === undefined) return invalidSignature('The query string holds a percent sign that encodes nothing.');
  if (authorization === undefined) return readQuery(query);
  if (authorization !== ALGORITHM && !authorization.startsWith(`${ALGORITHM} `)) return missingToken();
  return readHeader(request, authorization, query);
};
