// Another process on the same store: starts one of the programs beside this file and reads its output line by line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** All complete lines of its output, once it has ended; throws when it ended other than by a signal or with 0. */
  readonly lines: Promise<readonly string[]>;
}

export function startChild(program: URL, args: readonly string[], onLine: (line: string) => void = () => {}): Child {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { process: child, lines: output(child, onLine) };
}

async function output(child: ChildProcess, onLine: (line: string) => void): Promise<readonly string[]> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no output');
  const lines: string[] = [];
  const complaints: string[] = [];
  createInterface({ input: stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  stderr.on('data', (text) => complaints.push(String(text)));
  await once(child, 'close');
  if (child.signalCode === null && child.exitCode !== 0) throw new Error(complaints.join(''));
  return lines;
}
