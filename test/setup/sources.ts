// The hand-written source files of the project, for the tests that look at the house itself. What is generated,
// installed or built does not count.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Source {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const project = resolve(import.meta.dirname, '../..');
const foreign =
  /(^|\/)(node_modules|\.cache|\.git|\.heddle|dist|coverage)(\/|$)|^streamer\/gen(\/|$)|\/model\/shapes\.ts$/;

export function sources(): readonly Source[] {
  return globSync('**/*.{ts,tsx,mjs}', { cwd: project, exclude: (path) => foreign.test(path) })
    .filter((path) => !foreign.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(resolve(project, path), 'utf8') }));
}

export const isTest = ({ path }: Source): boolean => path.startsWith('test/') || path.endsWith('.test.ts');

/** The code without its comments, so that a word in a sentence is not taken for code. */
export const withoutComments = (text: string): string =>
  text
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/(^|\s)\/\*[\s\S]*?\*\//g, '$1')
    .replace(/([;,{}()\s])\/\/ .*$/gm, '$1');
