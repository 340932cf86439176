// What the demo starts and must take down again: processes, their logs and one temporary folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';

export interface Stage {
  /** The temporary folder. */
  readonly directory: string;
  /** Fires when the demo is to end early: asked to, or because a process that it needs ended by itself. */
  readonly signal: AbortSignal;
  /** Starts a process; its standard error (and output, unless it is to be read) goes to NAME.log in the folder. */
  start(name: string, command: readonly [string, ...string[]], options?: StartOptions): ChildProcess;
  /** Registers what `close` does; the last registered is done first. */
  defer(end: () => void | Promise<void>): void;
  close(): Promise<void>;
}

interface StartOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly readOutput?: boolean;
}

const stopMs = 10_000;

export async function createStage(ended: AbortSignal): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-demo-'));
  const fallen = new AbortController();
  const ends = new AsyncDisposableStack();
  const children = new Set<ChildProcess>();

  // The last resort, when the process ends without `close`: nothing stays behind.
  const atExit = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.on('exit', atExit);
  ends.defer(() => {
    process.off('exit', atExit);
    rmSync(directory, { recursive: true, force: true });
  });

  function start(name: string, command: readonly [string, ...string[]], options: StartOptions = {}): ChildProcess {
    const log = join(directory, `${name}.log`);
    const descriptor = openSync(log, 'a', 0o600);
    const [file, ...args] = command;
    const child = spawn(file, args, {
      // A process group of its own: Ctrl-C is for the demo, which ends its traffic before its Envoys.
      detached: true,
      stdio: ['ignore', options.readOutput === true ? 'pipe' : descriptor, descriptor],
      ...(options.environment === undefined ? {} : { env: options.environment }),
    });
    closeSync(descriptor);
    children.add(child);
    let stopping = false;
    const fell = (how: string): void => {
      children.delete(child);
      if (!stopping) fallen.abort(new Failure(`${name} ended by itself (${how}):\n${tail(log)}`));
    };
    child.on('error', (error) => fell(error.message));
    child.on('exit', (code, signal) => fell(signal ?? `status ${code}`));
    ends.defer(async () => {
      stopping = true;
      await stop(child);
    });
    return child;
  }

  return {
    directory,
    signal: AbortSignal.any([ended, fallen.signal]),
    start,
    defer: (end) => ends.defer(end),
    close: () => ends.disposeAsync(),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await exited;
  clearTimeout(late);
}

const tail = (log: string): string => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
