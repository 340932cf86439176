// What the embedded gateway itself says no to, before or instead of a handler: as JSON with the error's name in
// x-amzn-errortype, which is where AWS's clients look for it.
import type { APIGatewayProxyResult } from 'aws-lambda';

export interface GatewayRefusal {
  readonly status: number;
  readonly errorType: string;
  readonly message: string;
}

/** The request cannot be read. App Mesh's own error for bad input, so that its clients know it. */
export const badRequest = (message: string, status = 400): GatewayRefusal => ({
  status,
  errorType: 'BadRequestException',
  message,
});

/** Nothing is served there. */
export const unknownOperation = (method: string, path: string): GatewayRefusal => ({
  status: 404,
  errorType: 'UnknownOperationException',
  message: `No operation is served at ${method} ${path}.`,
});

/** A handler failed; the cause is for the log alone. */
export const internalError = (): GatewayRefusal => ({
  status: 500,
  errorType: 'InternalServerErrorException',
  message: 'The request failed because of an error inside Heddle. Its log names the cause by the request id.',
});

/** The answer that carries a refusal. */
export const refusalResult = ({ status, errorType, message }: GatewayRefusal): APIGatewayProxyResult => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': errorType },
  body: JSON.stringify({ message }),
});
