// When a host that fails is left alone for a while, as Envoy's OutlierDetection.
import { OutlierDetection } from '../gen/envoy/config/cluster/v3/outlier_detection.ts';
import type { OutlierDetection as OutlierDetectionNode } from '../graph/graph.ts';
import { duration } from './duration.ts';

export function outlierDetection(node: OutlierDetectionNode): OutlierDetection {
  return OutlierDetection.fromPartial({
    consecutive5xx: node.serverErrors,
    interval: duration(node.interval),
    baseEjectionTime: duration(node.baseEjectionTime),
    maxEjectionPercent: node.maxEjectionPercent,
    // Guide, outlier detection: server errors in a row are all that counts, and one host may always be ejected.
    enforcingSuccessRate: 0,
    alwaysEjectOneHost: true,
  });
}
