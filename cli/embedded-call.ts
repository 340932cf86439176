// Calls of the certificates and instances that Heddle keeps itself, in the words of AWS's own APIs for them (awsJson1_1).
import type { Client } from './client.ts';
import { Failure } from './failure.ts';

export interface EmbeddedCall {
  /** `X-Amz-Target`. */
  readonly target: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** The variable that says where the service has them from: from AWS, and nothing answers here. */
  readonly variable: 'HEDDLE_CERTIFICATES' | 'HEDDLE_CLOUD_MAP';
}

export async function embeddedCall(client: Client, { target, members, variable }: EmbeddedCall): Promise<unknown> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  try {
    return await client.call({ method: 'POST', path: '/', headers, body: members });
  } catch (error) {
    if (!(error instanceof Failure) || !error.message.startsWith('UnknownOperationException:')) throw error;
    const { origin } = client.endpoint;
    throw new Failure(`${origin} keeps none itself (${variable} is aws there): use AWS's own tools`, 1, {
      cause: error,
    });
  }
}
