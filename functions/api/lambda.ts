// The App Mesh API as a Lambda behind API Gateway.
import { deployedParts } from '../deployed/parts.ts';
import { serve } from '../deployed/serve.ts';
import { createApi } from './handler.ts';

const { log, now, parts } = deployedParts('api');

export const handler = serve(createApi(parts), log, now);
