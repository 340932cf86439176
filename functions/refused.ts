// How a handler's path ends early: a refusal or a denial on its way to the one place that words it for the wire.
import type { Refusal } from '#events/refusal.ts';
import { isRefusal } from '#events/refusal.ts';
import type { WireError } from './wire.ts';

/** Thrown inside a handler, caught by its `refusals` middleware; never a bug. */
export class Refused extends Error {
  readonly reason: Refusal | WireError;

  constructor(reason: Refusal | WireError, cause?: unknown) {
    super('refused' in reason ? reason.refused : reason.name, { cause });
    this.reason = reason;
  }
}

/** The value, unless it is a refusal. */
export function granted<T extends object>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Refused(value);
  return value as T;
}
