// A token that admits an Envoy: asking for one, and putting it into the file from which a running Envoy reads it again.
import { tokenFileText } from '#agent/bootstrap.ts';
import type { Client } from './client.ts';
import { Failure } from './failure.ts';
import { writeSecretFile } from './secret-file.ts';

export interface IssuedToken {
  readonly token: string;
  /** The full ARN that it admits. */
  readonly resource: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Asks for a token for a resource (ARN or `mesh/M/virtualNode/N`); without a lifetime the service's own holds. */
export async function requestToken(client: Client, resource: string, lifetimeSeconds?: number): Promise<IssuedToken> {
  const body = { resource, ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }) };
  const answer = (await client.call({ method: 'POST', path: '/heddle/v1/tokens', body })) as Record<string, unknown>;
  const { token, resource: arn, expiresAt } = answer;
  if (typeof token !== 'string' || typeof arn !== 'string' || typeof expiresAt !== 'number') {
    throw new Failure(`${client.endpoint.origin} answered without a token: is it Heddle?`);
  }
  return { token, resource: arn, expiresAt };
}

/** When a token ends, for people. */
export const expiryText = ({ expiresAt }: IssuedToken): string => new Date(expiresAt * 1000).toISOString();

/** Puts a token into an SDS file: see `writeSecretFile`. */
export function writeTokenFile(file: string, token: string): Promise<void> {
  return writeSecretFile(file, tokenFileText(token));
}
