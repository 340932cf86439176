// A server under measurement: a process of its own with its log in a file, as anybody would run it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../fleet.ts';
import type { Target } from './wire-load.ts';

export interface Server extends AsyncDisposable {
  readonly target: Target;
}

const host = '127.0.0.1';
const patienceMs = 60_000;

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Starts a program that listens on the port that it is given, and waits until it does. */
export async function startServer(
  command: (port: number) => { readonly program: string; readonly parameters: readonly string[] },
  environment: (port: number) => NodeJS.ProcessEnv,
  logFile: string,
): Promise<Server> {
  const port = await freePort();
  const { program, parameters } = command(port);
  const log = openSync(logFile, 'w', 0o600);
  const env = { ...process.env, ...environment(port) };
  const child = spawn(program, parameters, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  const server = { target: { host, port }, [Symbol.asyncDispose]: () => end(child, ended) };
  for (const started = performance.now(); !(await accepts(port)); await sleep(50)) {
    if (child.exitCode === null && performance.now() - started < patienceMs) continue;
    await end(child, ended);
    throw new Error(`${program} does not listen; its log is ${logFile}`);
  }
  return server;
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}
