// RAM's errors: refusals of sharing by their names there. Nowhere else are these names known.
import type { ShareRefusal } from '#events/shares/refusal.ts';
import { Refused } from '../refused.ts';
import { type RamErrorName, ramErrors } from './contract.ts';

const names: Readonly<Record<ShareRefusal['refused'], RamErrorName>> = {
  'invalid-parameter': 'InvalidParameterException',
  'malformed-arn': 'MalformedArnException',
  'unknown-resource': 'UnknownResourceException',
  'not-permitted': 'OperationNotPermittedException',
  'token-mismatch': 'IdempotentParameterMismatchException',
  'share-limit': 'ResourceShareLimitExceededException',
  'too-many-tags': 'TagLimitExceededException',
  'unknown-invitation': 'ResourceShareInvitationArnNotFoundException',
  'invitation-expired': 'ResourceShareInvitationExpiredException',
  'invitation-accepted': 'ResourceShareInvitationAlreadyAcceptedException',
  'invitation-rejected': 'ResourceShareInvitationAlreadyRejectedException',
};

/** Ends a call with one of RAM's errors. */
export const ramError = (name: RamErrorName, message: string): Refused =>
  new Refused({ name, status: ramErrors[name], message });

/** Ends a call with a refusal. */
export const shareRefused = ({ refused, reason }: ShareRefusal): Refused => ramError(names[refused], reason);
