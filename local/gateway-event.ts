// The event that API Gateway makes of an HTTP request for a Lambda function (REST API, proxy integration), so that
// the embedded server runs the very same handlers. It differs in one thing: `path` is the path as on the wire,
// still percent-encoded, because a mesh's names may hold "/" and "%".
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The caller, as the gateway found it out. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly accessKeyId: string;
}

export interface GatewayRequest {
  readonly requestId: string;
  /** Milliseconds of the epoch. */
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly httpVersion: string;
  /** Names and values in turn, as node:http hands them out: as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** Undefined when nothing was sent. */
  readonly body: string | undefined;
}

// The account, API and stage of a gateway on AWS; here there is only the one.
const API_ACCOUNT = '000000000000';
const API_ID = 'heddle';
const STAGE = 'embedded';
const PROXY = '/{proxy+}';

// Without a prototype: the names are the caller's.
const collect = (pairs: Iterable<readonly [string, string]>): Record<string, string[]> => {
  const collected: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) collected[name] = [...(collected[name] ?? []), value];
  return collected;
};

// Who reached the gateway, and how, is said by the gateway and not by the client: policies ask for it. It speaks HTTP.
const FORWARDED = /^x-forwarded-(for|port|proto)$/i;

// API Gateway keeps the last value where a map has room for one.
const lastOf = (collected: Record<string, string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(collected).map(([name, values]) => [name, values.at(-1) ?? '']));

const pairsOf = (rawHeaders: readonly string[]): readonly (readonly [string, string])[] =>
  rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));

/** Makes the event for a request whose signature was verified. */
export const createEvent = (request: GatewayRequest, caller: Caller): APIGatewayProxyEvent => {
  const headers = collect([
    ...pairsOf(request.rawHeaders).filter(([name]) => !FORWARDED.test(name)),
    ['X-Forwarded-For', request.sourceIp],
    ['X-Forwarded-Proto', 'http'],
  ]);
  const query = request.rawQuery === '' ? undefined : collect(new URLSearchParams(request.rawQuery));
  return {
    resource: PROXY,
    path: request.path,
    httpMethod: request.method,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: query === undefined ? null : lastOf(query),
    multiValueQueryStringParameters: query ?? null,
    pathParameters: { proxy: request.path.slice(1) },
    stageVariables: null,
    body: request.body ?? null,
    isBase64Encoded: false,
    requestContext: {
      accountId: API_ACCOUNT,
      apiId: API_ID,
      authorizer: null,
      protocol: `HTTP/${request.httpVersion}`,
      httpMethod: request.method,
      path: request.path,
      stage: STAGE,
      requestId: request.requestId,
      requestTimeEpoch: request.time,
      resourceId: API_ID,
      resourcePath: PROXY,
      identity: {
        accessKey: caller.accessKeyId,
        accountId: caller.accountId,
        apiKey: null,
        apiKeyId: null,
        caller: caller.accessKeyId,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: caller.accessKeyId,
        userAgent: request.userAgent ?? null,
        userArn: caller.arn,
      },
    },
  };
};
