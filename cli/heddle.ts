// The command line `heddle`: one file per verb, one exit status for each way to end.
import { Command, CommanderError } from 'commander';
import about from '../package.json' with { type: 'json' };
import { applyCommand } from './apply.ts';
import { bootstrapCommand } from './bootstrap.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { Failure } from './failure.ts';
import { historyCommand } from './history.ts';
import { planCommand } from './plan.ts';
import { rollbackCommand } from './rollback.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { tokenCommand } from './token.ts';
import { waitCommand } from './wait.ts';

// Help and the version are answers; everything else that commander ends with is a misuse.
const answers = new Set(['commander.helpDisplayed', 'commander.version']);

async function run(): Promise<number> {
  const program = new Command('heddle').description(about.description).version(about.version).exitOverride();
  for (const verb of [
    serveCommand,
    tokenCommand,
    bootstrapCommand,
    configCommand,
    statusCommand,
    waitCommand,
    planCommand,
    applyCommand,
    historyCommand,
    rollbackCommand,
    demoCommand,
  ]) {
    program.addCommand(verb().copyInheritedSettings(program));
  }
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return answers.has(error.code) ? 0 : 2;
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return error.status;
  }
}

// A reader that has read enough (`heddle config … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// Set and not exited with: what was written to a pipe must arrive, and a timer that nobody stopped would show.
process.exitCode = await run();
