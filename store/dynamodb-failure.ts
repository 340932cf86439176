// What the AWS SDK throws as the port names it. What a request provoked itself (a condition that did not hold, a request
// that no one may make) is passed on for whoever made it; all else is a failure of the store.
import { storeFailure } from '#events/store-failure.ts';

/**
 * Too much at once, of DynamoDB's table or of the account; the request did nothing
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
 */
const throttled = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottlingException',
]);

/** Answers that the adapter reads, and those that are its own mistakes. */
const passedOn = new Set([
  'ConditionalCheckFailedException',
  'NoSuchKey',
  'SerializationException',
  'TransactionCanceledException',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ValidationException',
]);

export const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Makes a request of AWS; rejects with what it provoked or with a StoreFailure. */
export async function asked<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const name = nameOfError(error);
    throw passedOn.has(name) ? error : storeFailure(error, throttled.has(name));
  }
}
