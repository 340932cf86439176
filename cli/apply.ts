// `heddle apply`: makes what documents say, in the order of the references: creates, updates, and with --prune deletes.
// Safe to repeat: what stands as it is written is left alone, and nothing is begun that the plan knows to be refused.
import { Command } from 'commander';
import { acknowledgement, waitedForText, waitingText } from './acknowledgement.ts';
import { durationArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import type { Client } from './client.ts';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { shortName } from './fleet-status.ts';
import { withHelpText } from './help-text.ts';
import { operationCall } from './operation-call.ts';
import { fileForms } from './plan.ts';
import { refusedLine } from './plan-text.ts';
import { plannedChange, type Step } from './planned-change.ts';
import { defaultTimeout } from './wait.ts';

interface ApplyOptions extends Connection {
  readonly prune: boolean;
  readonly wait: boolean;
  readonly timeout: number;
}

/** A step that was made, with its place in the mesh's stream. */
interface MadeStep extends Pick<Step, 'resource' | 'mesh' | 'action'> {
  readonly sequence?: number;
}

export function applyCommand(): Command {
  const command = new Command('apply')
    .description('create or update what the documents in FILE… say, in the order of the references')
    .argument('<file...>', fileForms)
    .option('--prune', 'delete what they do not name, in the meshes that they do name', false)
    .option(
      '--wait',
      'until every connected Envoy that is concerned has acknowledged; with no change, every one',
      false,
    )
    .option('--timeout <duration>', 'how long --wait waits at most: 90, 30m, 1h', durationArgument, defaultTimeout)
    .action(apply);
  return withHelpText(withConnection(command), 'create and update what documents say', [
    ['npx heddle apply mesh.yaml nodes.yaml --wait'],
    ['npx heddle apply mesh/*.yaml --prune', 'and delete what they do not name'],
  ]);
}

async function apply(files: readonly string[], options: ApplyOptions): Promise<void> {
  const client = callerOf(options);
  const { steps, concerns, refusals } = await plannedChange(client, files, options.prune);
  if (refusals.length > 0) {
    throw new Failure(['nothing was changed, for this would be refused:', ...refusals.map(refusedLine)].join('\n  '));
  }
  const made: MadeStep[] = [];
  try {
    for (const step of steps) {
      const result = await make(client, step);
      made.push(result);
      const { action, resource } = result;
      if (!options.json) process.stdout.write(`${action.padEnd(9)}  ${shortName(resource)}\n`);
    }
  } finally {
    if (options.json) process.stdout.write(`${JSON.stringify(made, null, 2)}\n`);
  }
  if (options.wait) await waitFor(client, made, new Set(concerns), options);
}

async function make(client: Client, { resource, mesh, action, operation, input = {} }: Step): Promise<MadeStep> {
  const what = { resource, mesh, action };
  if (operation === undefined) return what;
  try {
    const { headers } = await client.exchange(operationCall(operation, input));
    return { ...what, sequence: Number(headers.get('x-heddle-sequence')) };
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    // Others may have written since the plan.
    throw new Failure(`${action} ${shortName(resource)}: ${cause.message}`, cause.status, { cause });
  }
}

async function waitFor(
  client: Client,
  made: readonly MadeStep[],
  concerns: ReadonlySet<string>,
  { timeout, json }: ApplyOptions,
): Promise<void> {
  const end = performance.now() + timeout * 1000;
  for (const [mesh, steps] of Map.groupBy(made, (step) => step.mesh)) {
    const sequence = steps.reduce((newest, step) => Math.max(newest, step.sequence ?? 0), 0);
    const awaited = {
      resource: mesh,
      sequence: sequence || undefined,
      // Others may be behind for reasons of their own. Where nothing had to be made, what was made before is waited for.
      only: sequence > 0 ? concerns : undefined,
      timeoutMs: Math.max(0, end - performance.now()),
    };
    const told = (count: number): void => void (json || process.stderr.write(waitedForText(count)));
    const outcome = await acknowledgement(client, awaited, told);
    if (outcome.waiting.length > 0) throw new Failure(`after ${timeout} s ${waitingText(outcome)}`, 3);
  }
}
