// RAM's API for meshes as a Lambda behind API Gateway. A schedule sends it after work that a crash has left under way.
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { deployedParts } from '../deployed/parts.ts';
import { serve } from '../deployed/serve.ts';
import { createBook } from './book.ts';
import { createSharing } from './handler.ts';
import { createShareWork } from './work.ts';

const { around, events, log, now, parts, views } = deployedParts('sharing');
const all = { ...parts, events, views, around };
const answer = serve(createSharing(all), log, now);
const { sweep } = createShareWork(all, createBook(all));

/** What the schedule sends. */
interface Sweep {
  readonly sweep: true;
}

export const handler = async (
  event: APIGatewayProxyEvent | Sweep,
  context: Context,
): Promise<APIGatewayProxyResult | undefined> => {
  if (!('sweep' in event)) return answer(event, context);
  await sweep((owner, error) => log.trouble(`the shares of account ${owner}`, error));
  return undefined;
};
