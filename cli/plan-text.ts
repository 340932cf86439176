// A plan for people: what would be done, how the Envoys' configuration would differ, what would be refused.
import { shortName } from './fleet-status.ts';
import { differenceLines } from './member-difference.ts';
import type { Change, PlannedChange, Refused } from './planned-change.ts';

export function planText(plan: PlannedChange): string {
  const { changes, more = 0, report, refusals } = plan;
  const sections = [
    section('Steps', stepLines(plan)),
    section('Envoys', [
      ...changeLines(changes),
      ...(more > 0 ? [`and ${more} more changes`] : []),
      ...(changes.some(({ type }) => type === 'listener') ? [placedText] : []),
    ]),
    section(
      'Left out',
      report.map(({ resource, member, reason, proxy }) => {
        const what = [resource, member].filter(Boolean).join(' ');
        return `${what}: ${reason} (for ${shortName(proxy)})`;
      }),
    ),
    section('Refused', refusals.map(refusedLine)),
  ];
  return `${sections.filter(Boolean).join('\n')}`;
}

// Where an Envoy was told to listen, only the Envoy says.
const placedText = 'Listeners are named and bound as in Envoys that were not told where to listen.';

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${[title, ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}

function stepLines({ steps }: PlannedChange): readonly string[] {
  const changing = steps.filter(({ action }) => action !== 'unchanged');
  const unchanged = steps.length - changing.length;
  return [
    ...changing.map(({ action, resource }) => `${action.padEnd(6)}  ${shortName(resource)}`),
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
  ];
}

function changeLines(changes: readonly Change[]): readonly string[] {
  return [...Map.groupBy(changes, ({ resource }) => resource)].flatMap(([resource, own]) => [
    shortName(resource),
    ...own.flatMap(({ type, name, before, after }) => {
      if (before === undefined) return [`  + ${type} ${name}`];
      if (after === undefined) return [`  - ${type} ${name}`];
      return [`  ~ ${type} ${name}`, ...differenceLines(before, after).map((line) => `      ${line}`)];
    }),
  ]);
}

export function refusedLine({ resource, document, error, message }: Refused): string {
  return `${resource === undefined ? (document ?? 'a document') : shortName(resource)}: ${error}: ${message}`;
}
