// Milliseconds as Envoy's durations.
import type { Duration } from '../gen/google/protobuf/duration.ts';

export function duration(milliseconds: number): Duration {
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}
