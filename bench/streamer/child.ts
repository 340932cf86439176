// A control plane under measurement: a process of its own, alone on one processor where there are several, with its log
// in a file.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Both addresses are `host:port`; `api` takes the requests that change the configuration. */
export interface ControlPlane extends AsyncDisposable {
  readonly xds: string;
  readonly api: string;
  readonly pid: number;
}

const patienceMs = 30_000;

/** Whether server and load have a processor each. */
export const apart = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The command line that runs a program on one processor. */
export const on = (processor: number, command: readonly string[]): readonly string[] =>
  apart ? ['taskset', '-c', String(processor), ...command] : command;

const accepts = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect(Number(port), host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Starts a server and waits until it listens on both addresses. */
export async function startChild(
  command: readonly string[],
  { xds, api }: { readonly xds: string; readonly api: string },
  env: NodeJS.ProcessEnv,
  logFile: string,
): Promise<ControlPlane> {
  const [program = '', ...parameters] = on(0, command);
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(program, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  const dispose = () => end(child, ended);
  for (const started = performance.now(); !((await accepts(api)) && (await accepts(xds))); await sleep(50)) {
    if (child.exitCode === null && performance.now() - started < patienceMs) continue;
    await dispose();
    throw new Error(`${program} does not listen; its log is ${logFile}`);
  }
  // taskset becomes the program that it runs: the number is the server's own.
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  return { xds, api, pid, [Symbol.asyncDispose]: dispose };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
}
