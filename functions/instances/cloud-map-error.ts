// Cloud Map's errors: names of its API, always status 400.
import { Refused } from '../refused.ts';

export type CloudMapError =
  | 'InvalidInput'
  | 'NamespaceAlreadyExists'
  | 'NamespaceNotFound'
  | 'ServiceAlreadyExists'
  | 'ServiceNotFound'
  | 'InstanceNotFound'
  | 'OperationNotFound'
  | 'CustomHealthNotFound'
  | 'ResourceInUse'
  | 'ResourceLimitExceeded'
  | 'ResourceNotFoundException'
  | 'TooManyTagsException'
  | 'UnknownOperationException';

/** To be thrown: ends the call with this error. */
export const cloudMapError = (name: CloudMapError, message: string): Refused =>
  new Refused({ name, status: 400, message });
