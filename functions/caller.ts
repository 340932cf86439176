// Who is asking: what API Gateway (or the embedded gateway) found out about the signature of the request.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Actor } from '#events/event.ts';

/** The caller of a request; throws when the gateway let an unsigned one through, which it never may. */
export function callerOf(event: APIGatewayProxyEvent): Actor {
  const { accountId, userArn } = event.requestContext.identity;
  if (!accountId || !userArn) throw new Error('the gateway passed on a request without a caller');
  return { accountId, arn: userArn };
}

// A user agent may be as long as a header; the log keeps what tells clients apart.
const clientLength = 256;

/** The client's name for itself, its user agent; undefined when it gave none. */
export function clientOf(event: APIGatewayProxyEvent): string | undefined {
  return event.requestContext.identity.userAgent?.slice(0, clientLength) || undefined;
}
