// The noes of sharing, each one of RAM's own. functions/sharing/wire.ts alone turns them into names and statuses.

export interface ShareRefusal {
  readonly refused:
    | 'invalid-parameter'
    | 'malformed-arn'
    | 'unknown-resource'
    | 'not-permitted'
    | 'token-mismatch'
    | 'share-limit'
    | 'too-many-tags'
    | 'unknown-invitation'
    | 'invitation-expired'
    | 'invitation-accepted'
    | 'invitation-rejected';
  readonly reason: string;
}

export const refuse = (refused: ShareRefusal['refused'], reason: string): ShareRefusal => ({ refused, reason });

export const isShareRefusal = (value: object): value is ShareRefusal => 'refused' in value;
