// The history of a resource for people: a line an entry in columns, and below it what changed, as YAML.
import { stringify } from 'yaml';
import type { Difference } from '#events/difference.ts';
import { parseArn } from '#events/names.ts';

/** An entry as the service answers it; `time` is in seconds since the epoch. */
export interface HistoryEntry {
  readonly sequence: number;
  readonly time: number;
  readonly actor: string;
  readonly client: string | null;
  readonly requestId: string;
  readonly kind: string;
  readonly resource: string;
  readonly change: string;
  readonly version: number;
  /** The sequence that a rollback went back to; null where it was none, absent in answers of earlier releases. */
  readonly restored?: number | null;
  readonly diff: readonly Difference[];
}

/** A time that `--at` takes as it is printed: ISO 8601 to the millisecond. */
export const timeText = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString();

/** The entries, the columns aligned, each with its differences below it. */
export function historyText(entries: readonly HistoryEntry[]): string {
  const rows = entries.map(columns);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column === 0 ? text.padStart(widths[0] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return entries
    .map(({ diff }, index) => [line(rows[index] ?? []), ...diff.map(differenceText).map(indented)].join('\n'))
    .join('\n');
}

function columns(entry: HistoryEntry): readonly string[] {
  const { sequence, time, change, version, restored, resource, actor, client } = entry;
  const what = parseArn(resource)?.key ?? resource;
  const how = `${change}, version ${version}${restored ? ` (rolled back to ${restored})` : ''}`;
  return [String(sequence), timeText(time), what, how, actor, shortened(client ?? '')].map(printable);
}

// The first product of a user agent tells clients apart; what follows (platforms, features) fills lines. `--json` has all.
const clientLength = 40;
const shortened = (client: string): string => {
  const letters = [...client];
  return letters.length <= clientLength
    ? client
    : `${letters
        .slice(0, clientLength - 1)
        .join('')
        .trimEnd()}…`;
};

// What a client calls itself is its own affair, but not what a terminal makes of it.
const printable = (text: string): string => text.replaceAll(/\p{C}/gu, '');

const indented = (text: string): string => text.replaceAll(/^/gm, '    ');

/** `~ path: 90 → 50`, `+ path:` with what was added, `- path:` with what was removed. */
export function differenceText({ path, before, after }: Difference): string {
  const name = printable(path);
  const removed = before === undefined ? [] : [`- ${name}:${valueText(before)}`];
  const added = after === undefined ? [] : [`+ ${name}:${valueText(after)}`];
  const both = removed.length + added.length === 2 && isText(before) && isText(after);
  return both ? `~ ${name}:${valueText(before)} →${valueText(after)}` : [...removed, ...added].join('\n');
}

const isText = (value: unknown): boolean => typeof value !== 'object' || value === null;

function valueText(value: unknown): string {
  const text = stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isText(value) || empty ? ` ${text}` : `\n${text.replaceAll(/^/gm, '    ')}`;
}
