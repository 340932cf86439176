// The middleware that ends every handler's path: refusals become App Mesh's errors, a store that failed a 503 that clients
// try again. Anything else is a bug and answered with 500. The log gets the cause of both.
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { isStoreFailure } from '#events/store-failure.ts';
import { Refused } from './refused.ts';
import { errorAnswer, type WireError, wireError } from './wire.ts';

/** Called with what no rule foresaw: a bug, or a store that failed. */
export type ReportBug = (error: unknown, requestId: string) => void;

export function refusals(reportBug: ReportBug): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError: (request) => {
      const { requestId } = request.event.requestContext;
      request.response = errorAnswer(errorOf(request.error, requestId, reportBug), requestId);
    },
  };
}

function errorOf(error: unknown, requestId: string, reportBug: ReportBug): WireError {
  if (error instanceof Refused) return 'refused' in error.reason ? wireError(error.reason) : error.reason;
  // The router's own: a path or method that is nobody's.
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) {
    return { name: 'UnknownOperationException', status: 404, message: 'There is no such operation' };
  }
  reportBug(error, requestId);
  if (isStoreFailure(error)) {
    if (error.busy)
      return wireError({ refused: 'too-busy', reason: 'The store takes no more for the moment; try again' });
    return wireError({
      refused: 'unavailable',
      reason: 'The store fails now; the log of the server has the cause under this request id',
    });
  }
  return {
    name: 'InternalServerErrorException',
    status: 500,
    message: 'Something went wrong inside; the log of the server has the cause under this request id',
  };
}
