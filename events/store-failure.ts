// The store itself has failed: it cannot be reached, is full or damaged. Neither a refusal nor a bug: whoever asked may
// come again when it is well.

/** Recognised by its code, so that a second copy of this file knows it too. */
export interface StoreFailure extends Error {
  readonly code: 'HEDDLE_STORE_FAILED';
  /** It is well and took nothing, because too much was asked of it at once. */
  readonly busy: boolean;
}

const code = 'HEDDLE_STORE_FAILED';

/** `cause` is what the database said. */
export function storeFailure(cause: unknown, busy = false): StoreFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return Object.assign(new Error(message, { cause }), { code, busy } as const);
}

export const isStoreFailure = (error: unknown): error is StoreFailure =>
  error instanceof Error && 'code' in error && error.code === code;
