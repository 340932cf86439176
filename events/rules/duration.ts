// Durations: the shape lets both members be left out, and then nobody could say how long it is.
import type { Duration } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';

export function durationFaults(path: string, duration: Duration | undefined): readonly Fault[] {
  if (duration === undefined) return [];
  return (['unit', 'value'] as const)
    .filter((member) => duration[member] === undefined)
    .map((member) => constraint(`${path}.${member}`, null, 'Member must not be null'));
}
