// The wire, outwards: documents -> answers, refusals -> App Mesh's errors. The only place that knows error names and
// statuses.
import type { APIGatewayProxyResult } from 'aws-lambda';
import { awsContract } from '#events/model/contract.ts';
import type { Refusal } from '#events/refusal.ts';

/** An error as clients see it: the exception's name, its HTTP status and the message. */
export interface WireError {
  readonly name: string;
  readonly status: number;
  readonly message: string;
  /** How long to wait before the call is made again, in milliseconds. */
  readonly retryAfter?: number;
}

function nameOf(refusal: Refusal): string {
  switch (refusal.refused) {
    case 'invalid':
      return 'BadRequestException';
    case 'not-found':
      return 'NotFoundException';
    case 'exists':
    case 'token-reused':
      return 'ConflictException';
    case 'in-use':
      return 'ResourceInUseException';
    case 'forbidden':
      return 'ForbiddenException';
    case 'too-many-tags':
      return 'TooManyTagsException';
    case 'limit-exceeded':
      return 'LimitExceededException';
    case 'too-busy':
      return 'TooManyRequestsException';
    case 'unavailable':
      return 'ServiceUnavailableException';
  }
}

/** The beginning of a list: a document can have hundreds of faults, a mesh thousands of resources. */
function told(all: readonly string[]): readonly string[] {
  const most = 20;
  return all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more`];
}

/** `virtualNodesPerMesh` as `virtual nodes per mesh`. */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function messageOf(refusal: Refusal): string {
  switch (refusal.refused) {
    case 'invalid': {
      const { faults } = refusal;
      const errors = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`;
      return `${errors}: ${told(faults.map((fault) => fault.message)).join('; ')}`;
    }
    case 'not-found':
      return `There is no ${refusal.what}`;
    case 'exists':
      return `There is a ${refusal.what} already`;
    case 'token-reused':
      return `The client token was used before for another ${refusal.operation} request`;
    case 'in-use':
      return `The ${refusal.what} is in use by ${told(refusal.users).join(', ')}`;
    case 'too-many-tags':
      return `The ${refusal.what} would have more than ${refusal.limit} tags`;
    case 'limit-exceeded':
      return `The quota of ${refusal.limit} ${words(refusal.quota)} would be exceeded in ${refusal.of}`;
    case 'forbidden':
    case 'too-busy':
    case 'unavailable':
      return refusal.reason;
  }
}

export function wireError(refusal: Refusal): WireError {
  const name = nameOf(refusal);
  return { name, status: awsContract.errors[name] ?? 500, message: messageOf(refusal) };
}

/** An error's answer: `x-amzn-errortype` and `{"message"}`, as rest-json clients read it. */
export function errorAnswer(error: WireError, requestId: string): APIGatewayProxyResult {
  const { retryAfter = error.status === 429 || error.status === 503 ? 1000 : undefined } = error;
  const headers = { 'x-amzn-errortype': error.name, ...(retryAfter !== undefined && retryHints(retryAfter)) };
  return answer({ message: error.message }, requestId, headers, error.status);
}

/** The SDK for JavaScript obeys either header, botocore the second: seconds, and milliseconds. */
const retryHints = (milliseconds: number): Readonly<Record<string, string>> => ({
  'retry-after': String(Math.ceil(milliseconds / 1000)),
  'x-amz-retry-after': String(Math.ceil(milliseconds)),
});

export function answer(
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
  statusCode = 200,
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  };
}
