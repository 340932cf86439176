// What stands around each handler that API Gateway calls: the path as it was on the wire, one line of the log a request
// with its metrics, and an answer whatever happens.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { errorAnswer } from '../wire.ts';
import type { FunctionLog } from './log.ts';
import { wirePath } from './wire-path.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** `now` in milliseconds. */
export const serve =
  (handler: Handler, log: FunctionLog, now: () => number): Handler =>
  async (received, context) => {
    const started = now();
    const event = { ...received, path: wirePath(received.path) };
    const { requestId, identity } = event.requestContext;
    let result: APIGatewayProxyResult;
    try {
      result = await handler(event, context);
    } catch (error) {
      log.bug(error, requestId);
      const message = 'Something went wrong inside; the log of the function has the cause under this request id';
      result = errorAnswer({ name: 'InternalServerErrorException', status: 500, message }, requestId);
    }
    // A gateway that lets an unsigned request through gets its answer, too.
    const { accountId, userArn: caller } = identity;
    const durationMs = now() - started;
    const { statusCode: status } = result;
    const errorType = result.headers?.['x-amzn-errortype'];
    const { userAgent, sourceIp } = identity;
    const line = { requestId, sourceIp, method: event.httpMethod, path: event.path, status, durationMs };
    log.request(
      { ...line, ...(userAgent && { userAgent }), accountId, caller, ...(errorType && { errorType }) },
      {
        Duration: [durationMs, 'Milliseconds'],
        Faults: [status >= 500 ? 1 : 0, 'Count'],
        Throttled: [status === 429 ? 1 : 0, 'Count'],
      },
    );
    return result;
  };
