// As whom another account's own things are read: by a role there, chosen by the account that owns the resource and by
// nothing that stands in its spec.
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { partitionOf } from '#events/names.ts';
import { requestHandler } from '#store/request-handler.ts';

export interface ReaderRole {
  /** The role's name, the same in every account. */
  readonly roleName: string;
  /** What the role's trust asks for beside the caller. */
  readonly externalId?: string;
}

export interface ReaderParts {
  /** The account of the process's own credentials. */
  readonly account: string;
  readonly region: string;
  readonly reader?: ReaderRole;
}

/** `own`: the process's own credentials; `refused`: nobody may read there, and why. */
export type Reading = 'own' | { readonly credentials: AwsCredentialIdentityProvider } | { readonly refused: string };

/** STS's name for it and the others': the role is missing, or may not. */
export const isDenied = (error: unknown): error is Error => error instanceof Error && /^AccessDenied/.test(error.name);

/** How an account is read; its credentials are renewed as they run out. */
export function readingOf({ account: own, region, reader }: ReaderParts, account: string): Reading {
  if (account === own) return 'own';
  if (reader === undefined) {
    return { refused: `account ${account} is not the one that Heddle runs in, and no role is set that reads there` };
  }
  const { roleName, externalId } = reader;
  return {
    credentials: fromTemporaryCredentials({
      params: {
        RoleArn: `arn:${partitionOf(region)}:iam::${account}:role/${roleName}`,
        RoleSessionName: 'heddle',
        ...(externalId !== undefined && { ExternalId: externalId }),
      },
      // Whoever waits for instances waits for these credentials first.
      clientConfig: { region, requestHandler },
    }),
  };
}
