// What is ours and not App Mesh's as a Lambda behind API Gateway. Instances are looked up in Cloud Map; addresses of names,
// which streamers look up, are not known here, nor of certificates more than meshes were told and what may be read of sealed ones.
import { cloudMap } from '#streamer/sources/cloud-map.ts';
import { deployedParts } from '../deployed/parts.ts';
import { serve } from '../deployed/serve.ts';
import { createOwn } from './handler.ts';
import { knownCertificates } from './known-certificates.ts';
import { createPast } from './past.ts';

const { environment, events, log, now, parts, views } = deployedParts('own');
const { quotas } = environment;
const registry = cloudMap(environment);
const certificates = process.env.HEDDLE_CERTIFICATES === 'aws' ? { certificates: knownCertificates(views) } : {};

export const handler = serve(
  createOwn({ ...parts, views, quotas, registry, past: createPast(events, views), ...certificates }),
  log,
  now,
);
