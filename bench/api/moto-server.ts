// moto's server, an emulator of AWS that many test against: brought from PyPI into a virtual environment of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Server, startServer } from './child-server.ts';

const project = resolve(import.meta.dirname, '../..');
const home = join(project, '.cache/bench-python');
const requirements = join(project, 'tools/python/bench-requirements.txt');
const stamp = join(home, '.installed');

function run(program: string, ...parameters: readonly string[]): void {
  const { status } = spawnSync(program, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')} ended with ${status}`);
}

/** Installs what is pinned, unless it is there. */
function bring(): void {
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('bringing moto from PyPI …');
  rmSync(home, { recursive: true, force: true });
  run('python3', '-m', 'venv', home);
  run(join(home, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements);
  writeFileSync(stamp, wanted);
}

export async function startMoto(folder: string): Promise<Server> {
  bring();
  return await startServer(
    (port) => ({ program: join(home, 'bin/moto_server'), parameters: ['-H', '127.0.0.1', '-p', String(port)] }),
    () => ({ AWS_DEFAULT_REGION: 'us-east-1' }),
    join(folder, 'moto.log'),
  );
}
