// A command that could not do what it was asked: what to say on standard error, and the exit status that goes with it.
// Everything else that is thrown is a bug and shows its stack.

/** 1 refused or failed, 2 usage, 3 time ran out. */
export type FailureStatus = 1 | 2 | 3;

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: FailureStatus;

  constructor(message: string, status: FailureStatus = 1, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
