// The command line `heddle`: one file per verb, one exit status for each way to end.
import { type Argument, Command, CommanderError } from 'commander';
import about from '../package.json' with { type: 'json' };
import { applyCommand } from './apply.ts';
import { bootstrapCommand } from './bootstrap.ts';
import { certificatesCommand } from './certificates.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { Failure } from './failure.ts';
import { historyCommand } from './history.ts';
import { instancesCommand } from './instances.ts';
import { planCommand } from './plan.ts';
import { rebuildCommand } from './rebuild.ts';
import { rollbackCommand } from './rollback.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { streamerCommand } from './streamer.ts';
import { tokenCommand } from './token.ts';
import { upgradeCommand } from './upgrade.ts';
import { waitCommand } from './wait.ts';

// Help and the version are answers; everything else that commander ends with is a misuse.
const answers = new Set(['commander.helpDisplayed', 'commander.version']);

// In the order in which one comes to need them.
const commands: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Run Heddle:': [serveCommand, demoCommand, streamerCommand],
  'Bring in an Envoy:': [bootstrapCommand, tokenCommand, instancesCommand, certificatesCommand],
  'Change a mesh:': [planCommand, applyCommand, waitCommand, rollbackCommand],
  'Look at it:': [statusCommand, configCommand, historyCommand],
  'Look after the store:': [rebuildCommand, upgradeCommand],
};

const argumentText = (argument: Argument): string => {
  const name = argument.name().toUpperCase() + (argument.variadic ? '…' : '');
  return argument.required ? name : `[${name}]`;
};

async function run(): Promise<number> {
  const program = new Command('heddle').description(about.description).version(about.version).exitOverride();
  // The list of commands has room for a line each when it leaves out that all of them take options.
  const subcommandTerm = (verb: Command): string =>
    [verb.name(), ...verb.registeredArguments.map((argument) => argumentText(argument))].join(' ');
  program.configureHelp({ subcommandTerm });
  for (const [group, verbs] of Object.entries(commands)) {
    program.commandsGroup(group);
    for (const verb of verbs) {
      const command = verb().copyInheritedSettings(program);
      for (const part of command.commands) part.copyInheritedSettings(program);
      program.addCommand(command);
    }
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
