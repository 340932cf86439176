// What API Gateway does in front of the functions on AWS, embedded: finds out who is asking, picks the function,
// makes its event, writes one log record a request. An unsigned request learns nothing, not even what is served.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Credentials } from '#identity/credentials.ts';
import { readClaim } from '#identity/signature-claim.ts';
import type { SignedRequest } from '#identity/signed-request.ts';
import { type Verification, verifyRequest } from '#identity/sigv4.ts';
import { type Caller, createEvent } from './gateway-event.ts';
import { badRequest, type GatewayRefusal, internalError, refusalResult, unknownOperation } from './gateway-refusal.ts';
import { createHttpServer, type HttpRequest, type HttpServer, type HttpServerOptions } from './http.ts';

export type GatewayHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

export interface GatewayRoute {
  /** Whole segments of the path: `/v20190125` takes that path and all below it. The longest that fits wins. */
  readonly prefix: string;
  /** Only calls whose `X-Amz-Target` is of this API: AWS's JSON protocols put all of theirs on one path. */
  readonly target?: string;
  readonly handler: GatewayHandler;
}

/** One line of the log; holds no secret. */
export interface GatewayRecord {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly method: string;
  /** As on the wire, without the query. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly userAgent?: string;
  /** Who asked, once the signature was verified. */
  readonly caller?: Caller;
  /** The name of the error that was answered. */
  readonly errorType?: string;
  /** Why the gateway itself refused. */
  readonly message?: string;
  /** What a handler threw: a bug. */
  readonly error?: unknown;
}

export interface GatewayOptions extends Pick<HttpServerOptions, 'requestTimeoutMs' | 'graceMs'> {
  readonly credentials: Pick<Credentials, 'byAccessKey'>;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly routes: readonly GatewayRoute[];
  readonly onRequest: (record: GatewayRecord) => void;
}

interface Outcome {
  readonly result: APIGatewayProxyResult;
  readonly caller?: Caller;
  readonly message?: string;
  readonly error?: unknown;
}

// An App Mesh document is a few kilobytes; more than this can only be a mistake.
const BODY_LIMIT = 1024 * 1024;
// API Gateway's own limit on a function's time.
const TIMEOUT_MS = 29_000;
// `fatal`: text that is not UTF-8 must not be stored as something that the caller never sent.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeBody = (body: Uint8Array): { readonly text: string | undefined } | undefined => {
  try {
    return { text: body.length === 0 ? undefined : utf8.decode(body) };
  } catch {
    return undefined;
  }
};

const refuse = (refusal: GatewayRefusal): Outcome => ({ result: refusalResult(refusal), message: refusal.message });

const contextOf = (awsRequestId: string, started: number, now: () => number): Context => ({
  awsRequestId,
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'heddle',
  functionVersion: '$LATEST',
  invokedFunctionArn: '',
  memoryLimitInMB: '0',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => Math.max(0, started + TIMEOUT_MS - now()),
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});

const splitTarget = (target: string): { readonly path: string; readonly rawQuery: string } => {
  const cut = target.includes('?') ? target.indexOf('?') : target.length;
  return { path: target.slice(0, cut), rawQuery: target.slice(cut + 1) };
};

/** Makes the gateway; it listens once `listen` is called, on loopback unless the address says otherwise. */
export const createGateway = ({ credentials, now, routes, onRequest, ...timing }: GatewayOptions): HttpServer => {
  const byLength = routes.toSorted((left, right) => right.prefix.length - left.prefix.length);

  const routeFor = (path: string, [target = '']: readonly string[] = []): GatewayRoute | undefined =>
    byLength.find(
      ({ prefix, target: api }) =>
        (path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)) &&
        (api === undefined || target.startsWith(`${api}.`)),
    );

  const authenticate = (
    request: SignedRequest,
    tooLarge: boolean,
  ): Verification | Promise<Verification> | undefined => {
    if (!tooLarge) return verifyRequest(request, { byAccessKey: credentials.byAccessKey, now: now() });
    // A body that was thrown away cannot be verified, but whoever did not sign at all is told that first.
    const claim = readClaim(request);
    return 'refused' in claim ? claim : undefined;
  };

  const handle = async (request: HttpRequest, path: string, rawQuery: string, started: number): Promise<Outcome> => {
    const { method, headers, requestId } = request;
    const body = request.body ?? new Uint8Array();
    const signed = { method, path, rawQuery, headers, body };
    const verification = await authenticate(signed, request.body === undefined);
    if (verification === undefined) {
      return refuse(badRequest(`The body of the request is larger than ${BODY_LIMIT} bytes.`));
    }
    if ('refused' in verification) {
      return refuse({ status: 403, errorType: verification.refused, message: verification.message });
    }
    const { accountId, arn, accessKeyId } = verification.ok.credential;
    const caller = { accountId, arn, accessKeyId };
    const route = routeFor(path, headers['x-amz-target']);
    if (route === undefined) return { ...refuse(unknownOperation(method, path)), caller };
    const decoded = decodeBody(body);
    if (decoded === undefined) return { ...refuse(badRequest('The body of the request is not UTF-8.')), caller };
    const userAgent = headers['user-agent']?.[0];
    const event = createEvent({ ...request, path, rawQuery, time: started, userAgent, body: decoded.text }, caller);
    try {
      return { result: await route.handler(event, contextOf(requestId, started, now)), caller };
    } catch (error) {
      return { ...refuse(internalError()), caller, error };
    }
  };

  const answer = async (request: HttpRequest): Promise<APIGatewayProxyResult> => {
    const started = now();
    const { path, rawQuery } = splitTarget(request.target);
    const { result, ...said } = path.startsWith('/')
      ? await handle(request, path, rawQuery, started)
      : refuse(badRequest('The target of the request must be a path.'));
    const errorType = Object.entries(result.headers ?? {}).find(([name]) => name.toLowerCase() === 'x-amzn-errortype');
    const userAgent = request.headers['user-agent']?.[0];
    onRequest({
      requestId: request.requestId,
      sourceIp: request.sourceIp,
      method: request.method,
      path,
      status: result.statusCode,
      durationMs: now() - started,
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(errorType === undefined ? {} : { errorType: String(errorType[1]) }),
      ...said,
    });
    return result;
  };

  // For what never became a request that could be answered.
  const nothing = { requestId: '', sourceIp: '', method: '', path: '', durationMs: 0 };
  const { errorType, status } = internalError();

  return createHttpServer({
    ...timing,
    answer,
    bodyLimit: BODY_LIMIT,
    onFailure: (error, requestId) => onRequest({ ...nothing, requestId, status, errorType, error }),
    onMalformed: ({ message, ...refusal }, reason, sourceIp) =>
      onRequest({ ...nothing, ...refusal, sourceIp, message: `${message} (${reason})` }),
  });
};
