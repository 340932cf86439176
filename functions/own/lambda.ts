// What is ours and not App Mesh's as a Lambda behind API Gateway. Addresses that streamers looked up are not known here.
import { deployedParts } from '../deployed/parts.ts';
import { serve } from '../deployed/serve.ts';
import { createOwn } from './handler.ts';
import { createPast } from './past.ts';

const { environment, events, log, now, parts, views } = deployedParts('own');
const { quotas } = environment;

export const handler = serve(createOwn({ ...parts, views, quotas, past: createPast(events, views) }), log, now);
