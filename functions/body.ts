// The body of a request of ours as a JSON object.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalid, type Refusal } from '#events/refusal.ts';

/** The members of the body, none when there is no body; a refusal that says what is wrong with it. */
export function bodyOf(event: APIGatewayProxyEvent): { readonly members: Readonly<Record<string, unknown>> } | Refusal {
  if (event.body === null || event.body === '') return { members: {} };
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return invalid(
      '',
      `The body of the request is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('', 'The body of the request is not a JSON object');
  }
  return { members: value as Record<string, unknown> };
}
