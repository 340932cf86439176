// `heddle status`: every connected Envoy, the version of its mesh that it runs against the newest, what it refused and
// what was left out of its configuration; and the certificates that somebody should look at.
import { Command } from 'commander';
import { anyResourceForms, resourceArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import {
  type CertificateStatus,
  certificateStatus,
  type EnvoyStatus,
  fleetStatus,
  refusalsOf,
  shortName,
} from './fleet-status.ts';
import { withHelpText } from './help-text.ts';
import { timeText } from './history-text.ts';
import { tableLines } from './table.ts';

export function statusCommand(): Command {
  const command = new Command('status')
    .description('show the connected Envoys that RESOURCE concerns (all of the account without it) and what each runs')
    .argument('[resource]', anyResourceForms, resourceArgument)
    .action(status);
  return withHelpText(withConnection(command), 'show the connected Envoys and what each runs', [
    ['npx heddle status', 'all of the account'],
    ['npx heddle status mesh/shop/virtualRouter/paint'],
  ]);
}

async function status(resource: string | undefined, options: Connection): Promise<void> {
  const caller = callerOf(options);
  const envoys = await fleetStatus(caller, { resource });
  if (options.json) process.stdout.write(`${JSON.stringify(envoys, null, 2)}\n`);
  else process.stdout.write(`${statusText(envoys)}${certificatesText(await certificateStatus(caller, { resource }))}`);
}

/** The certificates that somebody should look at, nothing where all are good. */
export function certificatesText(certificates: readonly CertificateStatus[]): string {
  const lines = certificates.flatMap(({ certificate, state, reason, notAfter, usedBy }) => {
    if (state === 'good' || state === 'unknown') return [];
    const until = notAfter === undefined ? '' : `${state === 'expired' ? ' since' : ', until'} ${timeText(notAfter)}`;
    const why = reason === undefined ? '' : `: ${reason}`;
    return [`    ${certificate} ${state}${until}${why} (${usedBy.map(shortName).join(', ')})`];
  });
  return lines.length === 0 ? '' : ['', 'Certificates to look at:', ...lines, ''].join('\n');
}

/** The table for people, below it what was left out and what is amiss all the same. */
export function statusText(envoys: readonly EnvoyStatus[]): string {
  if (envoys.length === 0) return 'No Envoy is connected.\n';
  const heads = ['RESOURCE', 'ADDRESS', 'MODE', 'RUNS', 'NEWEST', 'SINCE', 'STATE'];
  const rows = envoys.map((envoy) => {
    const { resource, address, mode, sequence = '-', newest, since } = envoy;
    const time = new Date(since * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    return [shortName(resource), address, mode, String(sequence), String(newest), time, stateOf(envoy)];
  });
  const [head = '', ...lines] = tableLines([heads, ...rows]);
  const told = envoys.flatMap((envoy, at) => [
    lines[at] ?? '',
    ...refusalsOf(envoy).map((refusal) => `    ${refusal}`),
    ...(envoy.unlisted === undefined ? [] : [`    and ${envoy.unlisted} more of ${shortName(envoy.resource)}`]),
  ]);
  return `${[head, ...told, ...reported(envoys)].join('\n')}\n`;
}

function stateOf(envoy: EnvoyStatus): string {
  if (envoy.refused !== undefined) return 'turned away';
  if (refusalsOf(envoy).length > 0) return 'refused';
  if (envoy.sequence === undefined) return 'starting';
  return envoy.sequence < envoy.newest ? 'behind' : 'current';
}

function reported(envoys: readonly EnvoyStatus[]): readonly string[] {
  const reports = new Map(
    envoys.filter(({ report }) => report.length > 0).map((envoy) => [envoy.resource, envoy.report]),
  );
  return [...reports].flatMap(([resource, report]) => [
    '',
    `Report of ${shortName(resource)}:`,
    ...report.map(({ resource: key, member, reason }) => `    ${[key, member].filter(Boolean).join(' ')}: ${reason}`),
  ]);
}
