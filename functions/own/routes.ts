// The routes of our own operations, for the router of a handler: paths and methods stand in the table alone.
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type OwnOperationName, ownOperations } from './operations.ts';

export type Serve = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** The routes of the operations that a handler serves. */
export const routesOf = (serving: { readonly [Name in OwnOperationName]?: Serve }) =>
  Object.entries(serving).map(([name, handler]) => {
    const { method, path } = ownOperations[name as OwnOperationName];
    return { method, path, handler };
  });
