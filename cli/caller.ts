// The client that a command's options and environment ask for.
import { type Client, createClient } from './client.ts';
import type { Connection } from './connection.ts';
import { administratorHint, callerCredentials } from './credentials.ts';

export const regionOf = (environment: NodeJS.ProcessEnv): string =>
  environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1';

export function callerOf(connection: Connection): Client {
  const { endpoint } = connection;
  return createClient({
    endpoint,
    region: regionOf(process.env),
    credentials: () => callerCredentials(endpoint, process.env),
    keysHint: administratorHint(endpoint, process.env),
  });
}
