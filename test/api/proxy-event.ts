// A request as the gateway gives it to a function, for tests that call handlers in this process without a socket.
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Caller, createEvent } from '#local/gateway-event.ts';

export interface ProxyRequest {
  readonly method: string;
  /** As on the wire. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; undefined: nothing is sent. */
  readonly body?: unknown;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  readonly sourceIp?: string;
  readonly userAgent?: string | undefined;
  /** Milliseconds of the epoch; now when left out. */
  readonly time?: number;
}

export const proxyEvent = (caller: Caller, request: ProxyRequest): APIGatewayProxyEvent => {
  const { method, path, query, body, headers = [], sourceIp = '127.0.0.1', userAgent, time = Date.now() } = request;
  return createEvent(
    {
      requestId: randomUUID(),
      time,
      method,
      path,
      rawQuery: new URLSearchParams(query).toString(),
      httpVersion: '1.1',
      rawHeaders: headers,
      sourceIp,
      userAgent,
      body: body === undefined ? undefined : JSON.stringify(body),
    },
    caller,
  );
};
