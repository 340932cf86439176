// Folders for secrets: for their owner alone, and where there can be none an error, at once.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateFolder } from './private-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('makes what is missing for its owner alone, and leaves what is there', () => {
  mkdirSync(join(folder, 'there'));
  chmodSync(join(folder, 'there'), 0o755);
  makePrivateFolder(join(folder, 'there/a/b'));
  makePrivateFolder(join(folder, 'there/a/b'));
  expect(['there', 'there/a', 'there/a/b'].map((path) => modeOf(join(folder, path)))).toEqual([0o755, 0o700, 0o700]);
});

test('names a file that is in its way', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makePrivateFolder(join(folder, 'file'))).toThrow(`${join(folder, 'file')} is not a folder`);
  expect(() => makePrivateFolder(join(folder, 'file/a'))).toThrow(/file.* is not a folder|ENOTDIR/);
});

test.skipIf(!existsSync('/proc/self'))('fails where a folder can hold nothing', () => {
  expect(() => makePrivateFolder('/proc/heddle/data')).toThrow('ENOENT');
});
