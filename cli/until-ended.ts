// How a command that serves lives: it reads the environment, starts, says on one line that it is ready, and drains when a
// signal asks it to.
import type { Configuration } from '#local/configuration.ts';
import { endSignal, whenAborted } from './end-signal.ts';
import { Failure } from './failure.ts';

// Draining takes less; whatever hangs is cut off in time for the 20 s after which a supervisor kills.
const longestDrainMs = 19_000;

/** `start` gives what runs and the line that says so. */
export async function untilEnded(
  start: (configuration: Configuration) => Promise<{ readonly ready: string; close(): Promise<void> }>,
): Promise<void> {
  // Loaded here alone: the other commands start without the servers' libraries.
  const { readConfiguration } = await import('#local/configuration.ts');
  const configuration = readConfiguration(process.env);
  if ('refused' in configuration) throw new Failure(configuration.refused.join('\n'));
  const end = endSignal();
  const running = await start(configuration).catch(refuseToStart);
  process.stdout.write(`${running.ready}\n`);
  await whenAborted(end.signal);
  const late = setTimeout(() => process.exit(0), longestDrainMs);
  await running.close();
  clearTimeout(late);
  end.release();
}

// What the environment names wrongly is for the user to mend and needs no stack; anything else is a bug. Other servers may
// listen already, so the process has to be ended.
function refuseToStart(error: Error): never {
  process.stderr.write(`${error.name === 'Error' ? `error: ${error.message}` : error.stack}\n`);
  process.exit(1);
}
