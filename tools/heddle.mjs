#!/usr/bin/env node
// The `heddle` command. Inside a checkout it sets up what is missing and builds what changed, then runs the bundle;
// as a published package it is the bundle and nothing else.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bundle = join(here, '..', 'dist', 'heddle.mjs');

async function chooseNode() {
  const setUp = join(here, 'setup', 'set-up.mjs');
  if (existsSync(setUp)) return (await import(pathToFileURL(setUp).href)).setUp();
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  throw new Error(`Heddle needs Node 24 or newer and this is ${process.version}: see https://nodejs.org`);
}

/** Runs the bundle in a newer Node; this process only passes signals and the exit status on. */
function runWith(node) {
  const child = spawn(node, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    // A terminal sends Ctrl-C to the child as well; twice would mean "at once".
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => {
    process.stderr.write(`heddle: ${error.message}\n`);
    process.exit(1);
  });
  child.on('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)));
}

/** npx runs this under a shell that dies of a signal without passing it on: its death is the signal. */
function endWithShell() {
  const shell = process.ppid;
  setInterval(() => process.ppid !== shell && process.kill(process.pid, 'SIGTERM'), 250).unref();
}

try {
  if (process.env.npm_command === 'exec') endWithShell();
  const node = await chooseNode();
  if (node === process.execPath) {
    process.argv[1] = bundle;
    await import(pathToFileURL(bundle).href);
  } else {
    runWith(node);
  }
} catch (error) {
  process.stderr.write(`heddle: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
