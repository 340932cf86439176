// `heddle demo` against the real thing: it shows the shift without a failed request and leaves nothing behind, whether
// it comes to its end or is ended.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
const limitMs = 240_000;

interface Line {
  readonly phase?: number;
  readonly shares?: { readonly red: number; readonly blue: number };
}

describe.skipIf(envoyPath() === undefined)('heddle demo', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heddle-demo-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function start(...options: readonly string[]) {
    const child = spawn(process.execPath, [program, 'demo', ...options], {
      env: { ...process.env, TMPDIR: folder, HEDDLE_ENVOY: envoyPath() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, errors: text(child.stderr) };
  }

  /** Files of the demo, and processes: each Envoy has one of the files on its command line. */
  async function leftovers(): Promise<readonly string[]> {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' });
    const processes = stdout.split('\n').filter((line) => line.includes(folder));
    return [...(await readdir(folder)), ...processes];
  }

  it('moves the traffic from red to blue without a failed request', { timeout: limitMs }, async () => {
    const { child, errors } = start('--seconds', '1', '--json');
    const lines = (await text(child.stdout)).trimEnd().split('\n');
    if (child.exitCode === null) await once(child, 'exit');
    expect(await errors).toBe('');
    const scenes = lines.map((line) => JSON.parse(line) as Line);
    const lastOf = (phase: number): Line['shares'] => scenes.findLast((scene) => scene.phase === phase)?.shares;
    expect(lastOf(1)).toEqual({ red: 1, blue: 0 });
    expect(lastOf(2)?.blue).toBeGreaterThanOrEqual(0.25);
    expect(lastOf(2)?.blue).toBeLessThanOrEqual(0.75);
    expect(lastOf(3)).toEqual({ red: 0, blue: 1 });
    expect(scenes.at(-1)).toMatchObject({ failed: 0 });
    expect(child.exitCode).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it('cleans up when it is ended in the middle', { timeout: limitMs }, async () => {
    const { child, errors } = start('--seconds', '60', '--json');
    const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect((JSON.parse(first) as Line).phase).toBe(1);
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
    expect(await errors).toBe('error: ended before the traffic had moved\n');
    expect(await leftovers()).toEqual([]);
  });
});
