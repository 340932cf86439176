// Whose keys sign the command line's calls: those of the AWS SDK's usual chain, or, on the machine where Heddle itself
// runs with nothing else set, the administrator that it made at its first start.
import { join, resolve } from 'node:path';
import type { AwsCredentialIdentity } from '@smithy/types';
import { defaultEndpoint } from './connection.ts';
import { Failure } from './failure.ts';

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The profile of the administrator in the file that a first start writes. */
export const administratorProfile = 'heddle';
export const administratorFile = (dataDirectory: string): string => join(dataDirectory, 'aws', 'credentials');

/** The keys of the administrator of a data directory; fails when there is none. */
export async function administrator(dataDirectory: string): Promise<AwsCredentialIdentity> {
  const filepath = administratorFile(dataDirectory);
  const { fromIni } = await import('@aws-sdk/credential-providers');
  // The user's own config file must not speak for a profile that happens to have the same name.
  return await fromIni({ profile: administratorProfile, filepath, configFilepath: filepath, ignoreCache: true })();
}

const dataDirectoryOf = (environment: NodeJS.ProcessEnv): string => environment.HEDDLE_DATA_DIR || '.heddle';

/** How to call as the administrator of a Heddle on this machine; nothing to be said of one elsewhere. */
export function administratorHint(endpoint: URL, environment: NodeJS.ProcessEnv): string | undefined {
  if (!loopback.test(endpoint.hostname)) return undefined;
  const file = resolve(administratorFile(dataDirectoryOf(environment)));
  return `the administrator of a Heddle on this machine is AWS_SHARED_CREDENTIALS_FILE=${file} AWS_PROFILE=${administratorProfile}`;
}

/** The keys for an endpoint, from the environment and the files that the AWS SDKs read. */
export async function callerCredentials(endpoint: URL, environment: NodeJS.ProcessEnv): Promise<AwsCredentialIdentity> {
  // A machine that calls itself is a laptop more often than an EC2 instance: never wait there for instance metadata.
  if (loopback.test(endpoint.hostname)) environment.AWS_EC2_METADATA_DISABLED ||= 'true';
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  try {
    return await fromNodeProviderChain()();
  } catch (cause) {
    const named = environment.AWS_PROFILE || environment.AWS_ACCESS_KEY_ID;
    if (named || endpoint.href !== new URL(defaultEndpoint).href) {
      const hint = administratorHint(endpoint, environment);
      throw new Failure([`no credentials: ${reason(cause)}`, hint].filter(Boolean).join('\n'), 1, { cause });
    }
  }
  const dataDirectory = dataDirectoryOf(environment);
  try {
    return await administrator(dataDirectory);
  } catch (cause) {
    throw new Failure(
      'no credentials: neither AWS variables nor an AWS profile are set, and there is no administrator in ' +
        `${administratorFile(dataDirectory)} (HEDDLE_DATA_DIR names the folder; npm start makes it)`,
      1,
      { cause },
    );
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
