// `heddle wait`: returns when every connected Envoy that a resource concerns runs a version of its mesh; what a pipeline
// needs after a change.
import { Command } from 'commander';
import { acknowledgement, waitedForText, waitingText } from './acknowledgement.ts';
import { anyResourceForms, countArgument, durationArgument, resourceArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';

/** How long is waited when nothing else is said, in seconds. */
export const defaultTimeout = 300;

interface WaitOptions extends Connection {
  readonly sequence?: number;
  readonly timeout: number;
}

export function waitCommand(): Command {
  const command = new Command('wait')
    .description('wait until every connected Envoy that RESOURCE concerns has acknowledged a version of its mesh')
    .argument('<resource>', anyResourceForms, resourceArgument)
    .option('--sequence <n>', 'the version, as x-heddle-sequence named it; the newest without', countArgument)
    .option('--timeout <duration>', 'how long at most: 90, 30m, 1h', durationArgument, defaultTimeout)
    .action(wait);
  return withHelpText(withConnection(command), 'wait until every Envoy runs a version of its mesh', [
    ['npx heddle wait mesh/shop --sequence 17 --timeout 2m'],
  ]);
}

async function wait(resource: string, options: WaitOptions): Promise<void> {
  const { sequence, timeout, json } = options;
  const told = (count: number): void => void (json || process.stderr.write(waitedForText(count)));
  const outcome = await acknowledgement(callerOf(options), { resource, sequence, timeoutMs: timeout * 1000 }, told);
  const acknowledged = outcome.waiting.length === 0;
  if (json) process.stdout.write(`${JSON.stringify({ ...outcome, acknowledged }, null, 2)}\n`);
  if (!acknowledged) throw new Failure(`after ${timeout} s ${waitingText(outcome)}`, 3);
}
