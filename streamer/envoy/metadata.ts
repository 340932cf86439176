// What AWS's metrics extension of Envoy reads beside a resource, to name what its numbers are of. Other Envoys pass over it.
import { Metadata } from '../gen/envoy/config/core/v3/base.ts';

/** Tags as App Mesh wrote them: JSON as text, one tag at most, none on listeners (seen in a configuration dump). */
export function aggregateStats(tag?: { readonly key: string; readonly value: string }): Metadata {
  const config = JSON.stringify({ tags: tag === undefined ? [] : [tag] });
  return Metadata.fromPartial({ filterMetadata: { 'aws.appmesh.aggregate_stats': { config } } });
}
