// The parts of the set-up that keep two of them apart and skip what is unchanged, tried on a copy in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-set-up-'));
  cpSync(import.meta.dirname, join(folder, 'tools/setup'), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const script = (part: string, body: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `import * as part from '${join(folder, `tools/setup/${part}.mjs`)}'; ${body}`,
];

describe('a fingerprint', () => {
  const fingerprint = (): string => {
    const body = `console.log(part.fingerprint(['room', 'absent.json']))`;
    return spawnSync(process.execPath, script('fingerprint', body), { encoding: 'utf8' }).stdout.trim();
  };
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);

  it('changes with a file, a new file and a file that was absent, not with a test or generated code', () => {
    mkdirSync(join(folder, 'room/gen'), { recursive: true });
    write('room/one.ts', '1');
    const seen = [fingerprint()];
    write('room/one.test.ts', 'a test');
    write('room/gen/types.ts', 'generated');
    expect(fingerprint()).toBe(seen[0]);
    for (const [path, text] of [
      ['room/one.ts', '2'],
      ['room/two.ts', '2'],
      ['absent.json', '{}'],
    ] as const) {
      write(path, text);
      seen.push(fingerprint());
    }
    expect(new Set(seen).size).toBe(4);
    expect(seen[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the lock', () => {
  const work = `await part.withLock(async () => {
    const { appendFileSync } = await import('node:fs');
    appendFileSync(process.argv[1], 'in ');
    await new Promise((go) => setTimeout(go, 150));
    appendFileSync(process.argv[1], 'out ');
  });`;

  const run = (log: string): Promise<number | null> =>
    new Promise((settle) => {
      spawn(process.execPath, [...script('lock', work), log], { stdio: 'ignore' }).on('close', settle);
    });

  it('lets one in at a time and is gone afterwards', async () => {
    const log = join(folder, 'log');
    expect(await Promise.all([run(log), run(log), run(log)])).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out in out in out ');
    expect(existsSync(join(folder, '.cache/setup.lock'))).toBe(false);
  });

  it('is taken over from a process that is gone', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(join(folder, '.cache'));
    writeFileSync(join(folder, '.cache/setup.lock'), String(gone));
    const log = join(folder, 'log');
    expect(await Promise.all([run(log), run(log)])).toEqual([0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out in out ');
  });
});
