// How long a call of an AWS service may take, for all clients of the SDK: without it, a connection on which nothing comes
// back is waited for without end.

/** An answer takes milliseconds. What takes longer is tried again: whoever waits for an API has half a minute in all. */
export const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };
