// Heddle as a process of its own, watched while it is given what nobody should send: is it alive, how much memory does
// it hold, and what did it log as unforeseen?
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { principals } from '#test/suites/api/principals.ts';

export interface WatchedServer {
  readonly endpoint: string;
  readonly alive: () => boolean;
  /** Megabytes of memory that the process holds; undefined where there is no /proc. */
  readonly heldMegabytes: () => number | undefined;
  /** Lines of the log about bugs. */
  readonly bugs: () => readonly string[];
  close(): Promise<void>;
}

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
// pino's level of an error.
const error = 50;

export async function startWatched(): Promise<WatchedServer> {
  const folder = scratchFolder();
  const credentials = join(folder.path, 'credentials.json');
  writeFileSync(credentials, JSON.stringify(Object.values(principals)), { mode: 0o600 });
  const logFile = join(folder.path, 'log');
  const log = openSync(logFile, 'w', 0o600);
  const free = '127.0.0.1:0';
  const child = spawn(process.execPath, [program, 'serve', '--json'], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      HEDDLE_DATA_DIR: folder.path,
      HEDDLE_CREDENTIALS_FILE: credentials,
      HEDDLE_API_ADDR: free,
      HEDDLE_XDS_ADDR: free,
      HEDDLE_ADMIN_ADDR: free,
    },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const ended = new Promise((resolve) => child.once('close', resolve));
  if (child.stdout === null) throw new Error('Heddle has no standard output');
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<string>((resolve) => lines.once('line', resolve));
  const line = await Promise.race([ready, ended.then(() => undefined)]);
  if (line === undefined) throw new Error(`Heddle did not start: ${readFileSync(logFile, 'utf8')}`);
  const { api } = JSON.parse(line) as { readonly api: string };
  return {
    endpoint: api,
    alive: () => child.exitCode === null && child.signalCode === null,
    heldMegabytes() {
      try {
        const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
      } catch {
        return undefined;
      }
    },
    bugs: () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter((text) => text !== '' && isBug(text)),
    async close() {
      child.kill('SIGTERM');
      await ended;
      folder.remove();
    },
  };
}

function isBug(text: string): boolean {
  try {
    return Number((JSON.parse(text) as { readonly level?: number }).level ?? error) >= error;
  } catch {
    // Every line of the log is JSON.
    return true;
  }
}
