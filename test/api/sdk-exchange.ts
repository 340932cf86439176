// A request of AWS's clients as the event that a gateway makes of it, and a function's answer as they take it.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Caller, createEvent } from '#local/gateway-event.ts';

/** The body of a request as text; undefined when it has none. */
export const textOf = (body: unknown): string | undefined =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : (body as string | undefined);

/** The access key that signed a request. */
export const keyIdOf = ({ headers }: HttpRequest): string | undefined =>
  /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];

export function eventOf(request: HttpRequest, caller: Caller): APIGatewayProxyEvent {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query))
    for (const one of [value].flat()) query.append(name, String(one));
  return createEvent(
    {
      requestId: randomUUID(),
      time: Date.now(),
      method: request.method,
      path: request.path,
      rawQuery: query.toString(),
      httpVersion: '1.1',
      rawHeaders: Object.entries(request.headers).flat(),
      sourceIp: '127.0.0.1',
      userAgent: undefined,
      body: textOf(request.body),
    },
    caller,
  );
}

export function responseOf({ statusCode, headers = {}, body }: APIGatewayProxyResult): { response: HttpResponse } {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { response: new HttpResponse({ statusCode, headers: texts, body: Readable.from([Buffer.from(body)]) }) };
}
