// The rules of the house that can be counted: sizes, names, and a first comment that says what a file is for.
// Every offender is listed by name.
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTest, sources } from './setup/sources.ts';

const all = sources();
const lines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
const paths = (files: readonly { readonly path: string }[]): string[] => files.map(({ path }) => path);

const collectsEverything = /(^|-)(utils?|helpers?|common|misc|managers?)$|^(types|services?|index)$/;

describe('the house', () => {
  it('sees its files', () => {
    expect(all.length).toBeGreaterThan(20);
  });

  it('has no file of more than 400 lines', () => {
    expect(all.filter(({ text }) => lines(text) > 400).map(({ path, text }) => `${path}: ${lines(text)}`)).toEqual([]);
  });

  it('has a median of at most 100 lines', () => {
    const counts = all.filter((file) => !isTest(file)).map(({ text }) => lines(text));
    const median = counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)];
    expect(median).toBeLessThanOrEqual(100);
  });

  it('names each file after one thing, never after a drawer', () => {
    const nameOf = (path: string): string => basename(path).replace(/(\.test)?\.\w+$/, '');
    expect(paths(all.filter(({ path }) => collectsEverything.test(nameOf(path))))).toEqual([]);
  });

  it('opens each file with a comment that says what it is', () => {
    expect(paths(all.filter(({ text }) => !/^(#!.*\n)?(\/\/ \S|\/\*)/.test(text)))).toEqual([]);
  });
});
