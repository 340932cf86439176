// The closed union of noes: a rule said no, as a value, with what the caller needs to know. wire.ts alone turns it
// into App Mesh's error name and status.
import type { Fault } from './model/validate.ts';
import type { Quota } from './quotas.ts';

export type Refusal =
  | { readonly refused: 'invalid'; readonly faults: readonly Fault[] }
  | { readonly refused: 'not-found'; readonly what: string }
  | { readonly refused: 'exists'; readonly what: string }
  | { readonly refused: 'token-reused'; readonly operation: string }
  | { readonly refused: 'in-use'; readonly what: string; readonly users: readonly string[] }
  | { readonly refused: 'forbidden'; readonly reason: string }
  | { readonly refused: 'too-many-tags'; readonly what: string; readonly limit: number }
  | { readonly refused: 'limit-exceeded'; readonly quota: Quota; readonly limit: number; readonly of: string }
  | { readonly refused: 'too-busy'; readonly reason: string }
  | { readonly refused: 'unavailable'; readonly reason: string };

/** A refusal of one member of a request, in the form that the checker gives its faults. */
export const invalid = (path: string, message: string): Refusal => ({
  refused: 'invalid',
  faults: [{ path, message }],
});

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}
