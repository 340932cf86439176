// When a host that fails is left alone for a while.
import type { OutlierDetection as Document } from '#events/model/shapes.ts';
import type { OutlierDetection } from './graph.ts';
import { milliseconds } from './timeout.ts';

/** Envoy refuses a time of 0. */
const atLeastOne = (time: number | undefined): number => Math.max(time ?? 1, 1);

export function outlierDetectionOf(document: Document | undefined): OutlierDetection | undefined {
  if (document === undefined) return undefined;
  return {
    serverErrors: Math.min(document.maxServerErrors, 4_294_967_295),
    interval: atLeastOne(milliseconds(document.interval)),
    baseEjectionTime: atLeastOne(milliseconds(document.baseEjectionDuration)),
    maxEjectionPercent: Math.min(document.maxEjectionPercent, 100),
  };
}
