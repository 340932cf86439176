// `heddle plan`: for a change not yet made, which Envoys' configuration would differ and how, and what would be refused.
import { Command } from 'commander';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { planText } from './plan-text.ts';
import { plannedChange } from './planned-change.ts';

interface PlanOptions extends Connection {
  readonly prune: boolean;
}

/** What a command's help says of FILE. */
export const fileForms = 'inputs of Create operations, YAML or JSON, one or many a file; - is standard input';

export function planCommand(): Command {
  const command = new Command('plan')
    .description('show what applying the documents in FILE… would change for which Envoys, and what would be refused')
    .argument('<file...>', fileForms)
    .option('--prune', 'with the deletion of what they do not name, in the meshes that they do name', false)
    .action(plan);
  return withHelpText(withConnection(command), 'show what documents would change, for which Envoys', [
    ['npx heddle plan mesh.yaml nodes.yaml'],
    ['npx heddle plan mesh/*.yaml --prune'],
  ]);
}

async function plan(files: readonly string[], options: PlanOptions): Promise<void> {
  const planned = await plannedChange(callerOf(options), files, options.prune);
  process.stdout.write(options.json ? `${JSON.stringify(planned, null, 2)}\n` : planText(planned));
  const { length } = planned.refusals;
  if (length > 0) throw new Failure(`${length} would be refused`);
}
