// A request as its signature sees it, before any decoding.

export interface SignedRequest {
  readonly method: string;
  /** As on the wire, percent-encoded, without the query. */
  readonly path: string;
  /** As on the wire, without the question mark; empty when there is none. */
  readonly rawQuery: string;
  /** By lower-case name, every value that was sent. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** The values of a header as one text, or undefined when it was not sent. */
export const headerOf = ({ headers }: Pick<SignedRequest, 'headers'>, name: string): string | undefined =>
  Object.hasOwn(headers, name) ? headers[name]?.join(',') : undefined;
