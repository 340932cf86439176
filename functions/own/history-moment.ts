// A moment of a mesh as people write it: a place in its stream, or a time.
import { invalid } from '#events/refusal.ts';
import { Refused } from '../refused.ts';

export type Moment = { readonly sequence: number } | { readonly time: number };

// No mesh has seen so many changes, and as a time this is in 2001.
const firstTime = 1_000_000_000;
const iso8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * A sequence (a whole number below 1000000000), seconds since the epoch, or ISO 8601, in UTC where it names no zone.
 * `time` is in milliseconds since the epoch.
 */
export function momentOf(text: string): Moment {
  if (/^\d+$/.test(text) && Number(text) < firstTime) return { sequence: Number(text) };
  const time = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : timeOf(text);
  if (Number.isSafeInteger(time)) return { time };
  const rule = 'Member must be a sequence, a time in ISO 8601 or seconds since the epoch';
  throw new Refused(invalid('at', `Value '${text}' at 'at' failed to satisfy constraint: ${rule}`));
}

function timeOf(text: string): number {
  const found = iso8601.exec(text);
  if (found === null) return Number.NaN;
  const [matched, zone] = found;
  const dated = matched.replace(' ', 'T').replace(',', '.').toUpperCase();
  // Without a zone, a date and time would be the server's own; `+02` and `+0200` are ISO 8601, but not JavaScript's.
  if (zone === undefined) return Date.parse(dated.includes('T') ? `${dated}Z` : dated);
  const [, sign = '', hours = '', minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return Date.parse(sign === '' ? dated : `${dated.slice(0, -zone.length)}${sign}${hours}:${minutes}`);
}
