// Structures of which App Mesh takes one member, though their shapes do not say so.
import { constraint, type Fault } from '../model/validate.ts';

/** The fault of a structure that has none or several of the members; with `atMost`, none is fine. */
export function oneOfFaults(
  path: string,
  value: object | undefined,
  members: readonly string[],
  atMost: 'at most one' | 'exactly one' = 'exactly one',
): readonly Fault[] {
  if (value === undefined) return [];
  const given = members.filter((member) => (value as Readonly<Record<string, unknown>>)[member] !== undefined);
  if (given.length === 1 || (given.length === 0 && atMost === 'at most one')) return [];
  const how = atMost === 'at most one' ? 'At most one' : 'Exactly one';
  return [constraint(path, value, `${how} of [${members.join(', ')}] must be set`)];
}
