// A client of the HTTP API: signs each call as the AWS SDKs do, and turns a refusal into what the command line prints.
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import about from '../package.json' with { type: 'json' };
import { Failure } from './failure.ts';

/** What the log of changes calls this client. */
const userAgent = `heddle/${about.version}`;

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Percent-encoded, from the root: `/heddle/v1/config`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Client {
  readonly endpoint: URL;
  /** The answer's JSON; a Failure when the service refuses, cannot be reached or takes too long. */
  call(call: Call): Promise<unknown>;
  /** The same with the answer's headers. */
  exchange(call: Call): Promise<Answer>;
}

export interface Answer {
  readonly body: unknown;
  readonly headers: Headers;
}

export interface ClientOptions {
  readonly endpoint: URL;
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly region: string;
  readonly timeoutMs?: number;
  /** Said when the keys are nobody's: which would do. */
  readonly keysHint?: string | undefined;
}

export function createClient(options: ClientOptions): Client {
  const { endpoint, credentials, region, timeoutMs = 30_000, keysHint } = options;
  // The one name that API Gateway takes; a server of our own takes any.
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });

  async function exchange({ method, path, query = {}, headers = {}, body }: Call): Promise<Answer> {
    const request = new HttpRequest({
      method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: endpoint.pathname.replace(/\/$/, '') + path,
      query: { ...query },
      headers: {
        host: endpoint.host,
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const signed = await signer.sign(request);
    const url = new URL(signed.path, endpoint.origin);
    url.search = new URLSearchParams(query).toString().replaceAll('+', '%20');
    const response = await send(url, signed, endpoint, timeoutMs);
    const text = await response.text();
    if (!response.ok) throw refusal(response, text, keysHint);
    return { body: parse(text, endpoint), headers: response.headers };
  }
  return { endpoint, exchange, call: async (call) => (await exchange(call)).body };
}

async function send(
  url: URL,
  signed: Pick<HttpRequest, 'method' | 'headers' | 'body'>,
  endpoint: URL,
  timeoutMs: number,
): Promise<Response> {
  const { host: _, ...headers } = signed.headers;
  try {
    return await fetch(url, {
      method: signed.method,
      headers,
      body: (signed.body as string | undefined) ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'TimeoutError') {
      throw new Failure(`${endpoint.origin} did not answer within ${timeoutMs / 1000} s`, 3, { cause });
    }
    throw new Failure(unreachable(cause, endpoint), 1, { cause });
  }
}

function unreachable(error: unknown, endpoint: URL): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  if (cause?.code === 'ECONNREFUSED') {
    return `nothing answers at ${endpoint.origin}: start Heddle with \`npm start\`, or say where it is with --endpoint or HEDDLE_ENDPOINT`;
  }
  return `${endpoint.origin} cannot be reached: ${cause?.message ?? String(error)}`;
}

function refusal(response: Response, text: string, keysHint: string | undefined): Failure {
  // AWS may add `:http://…` to the error's name.
  const name = response.headers.get('x-amzn-errortype')?.split(':')[0] ?? `HTTP ${response.status}`;
  let message = text.slice(0, 1000);
  try {
    const body = JSON.parse(text) as { message?: unknown; Message?: unknown };
    message = String(body.message ?? body.Message ?? message);
  } catch {
    // Not JSON: some other server's words, as they are.
  }
  const hint = name === 'UnrecognizedClientException' && keysHint !== undefined ? `\n${keysHint}` : '';
  return new Failure(`${name}: ${message}${hint}`);
}

function parse(text: string, endpoint: URL): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Failure(`${endpoint.origin} answered with something that is not JSON: is it Heddle?`, 1, { cause });
  }
}
