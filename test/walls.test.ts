// The walls between the rooms: who may import whom, as one table. A broken wall is a line that names the file, what it
// imports and so what to move. Pure rooms are also searched for what would make them impure.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTest, type Source, sources, withoutComments } from './setup/sources.ts';

/** Room, part of a room or file → what it may import besides itself. The longest row that fits a file is its row. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  events: [],
  store: ['events'],
  identity: ['events'],
  certificates: ['events', 'identity/secret-file'],
  'certificates/at-aws': ['certificates', 'events', 'streamer/sources/reader-role'],
  functions: ['events', 'identity'],
  'functions/certificates': ['functions', 'events', 'identity', 'certificates'],
  'functions/ledger': ['functions', 'events', 'store'],
  'functions/own': ['functions', 'events', 'identity', 'streamer/graph', 'streamer/envoy'],
  'functions/own/past': ['functions', 'events', 'store'],
  'functions/system': ['functions', 'events', 'identity', 'store'],
  'functions/organization': ['events', 'store'],
  'functions/projector': ['events', 'store'],
  'functions/rotation': ['events', 'store'],
  'functions/rotation/lambda': ['functions', 'events', 'store', 'certificates/at-aws'],
  'functions/deployed': ['functions', 'events', 'identity', 'store'],
  'functions/api/lambda': ['functions', 'events', 'identity', 'store'],
  'functions/own/known-certificates': ['events', 'streamer/certificate-lookup', 'streamer/graph', 'streamer/sources'],
  'functions/own/lambda': ['functions', 'events', 'identity', 'store', 'streamer/sources/cloud-map'],
  'functions/tokens/lambda': ['functions', 'events', 'identity', 'store'],
  'functions/sharing/lambda': ['functions', 'events', 'identity', 'store'],
  'functions/organization/lambda': ['functions', 'events', 'store'],
  'functions/projector/lambda': ['functions', 'events', 'store'],
  'streamer/graph': ['events'],
  'streamer/envoy': ['streamer/graph', 'streamer/gen'],
  'streamer/xds': ['streamer/gen'],
  'streamer/sources': ['events', 'store'],
  streamer: ['events'],
  'streamer/sources/secret-looks': ['streamer/sources', 'events', 'certificates/chain', 'certificates/x509'],
  'streamer/identity': ['streamer', 'events', 'identity'],
  'streamer/keys': ['streamer', 'events', 'store'],
  'streamer/main': ['streamer', 'events', 'identity'],
  agent: [],
  local: ['events', 'store', 'identity', 'certificates', 'functions', 'streamer', 'agent'],
  cli: ['events', 'agent/bootstrap'],
  'cli/serve': ['cli', 'local'],
  'cli/streamer': ['cli', 'local'],
  'cli/until-ended': ['cli', 'local'],
  'cli/demo': ['cli', 'agent/bootstrap', 'local'],
  'cli/own-store': ['cli', 'store'],
  'cli/rebuild': ['cli', 'events', 'store', 'functions/projector/certificate-index'],
  'cli/upgrade': ['cli', 'events', 'store'],
  console: ['events'],
  infra: [],
  tools: ['events'],
  'tools/golden': ['tools', 'events', 'streamer/graph', 'streamer/envoy'],
  'tools/reference': ['functions/own/openapi'],
  bench: ['events', 'identity', 'streamer', 'agent', 'local'],
};

const rooms = new Set([...Object.keys(mayImport).map((row) => row.split('/')[0] ?? row), 'test']);
const roomOf = (path: string): string => path.split('/')[0] ?? path;
const within = (path: string, place: string): boolean =>
  path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}.`);

function rowOf(path: string): string | undefined {
  const fitting = Object.keys(mayImport).filter((row) => within(path, row));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

interface Import {
  readonly file: Source;
  readonly written: string;
  /** The imported file, relative to the project; undefined for packages. */
  readonly path: string | undefined;
}

function target(file: Source, written: string): string | undefined {
  if (written.startsWith('#')) return written.slice(1);
  return written.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file.path), written)) : undefined;
}

function importsOf(file: Source): readonly Import[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;
  return [...withoutComments(file.text).matchAll(pattern)].map(([, , written = '']) => ({
    file,
    written,
    path: target(file, written),
  }));
}

const files = sources().filter((file) => !isTest(file));
const imports = files.flatMap(importsOf);
const lineOf = ({ file, written }: Import): string => `${file.path} imports ${written}`;

/** Tests import whatever they test; files at the root (vitest.config.ts) belong to no room. */
function breaksWall({ file, path }: Import): boolean {
  const row = rowOf(file.path);
  if (row === undefined || path === undefined || !rooms.has(roomOf(path))) return false;
  return ![row, ...(mayImport[row] ?? [])].some((place) => within(path, place));
}

describe('the walls', () => {
  it('see the imports of every room that has code', () => {
    const importing = new Set(imports.map(({ file }) => roomOf(file.path)));
    expect([...importing]).toEqual(expect.arrayContaining(['events', 'functions', 'identity', 'store', 'streamer']));
  });

  it('have a row for every room', () => {
    const homeless = files.filter(({ path }) => path.includes('/') && rowOf(path) === undefined);
    expect(homeless.map(({ path }) => path)).toEqual([]);
  });

  it('stand: no room imports what its row does not name', () => {
    expect(imports.filter(breaksWall).map(lineOf)).toEqual([]);
  });

  it('are crossed by #room/ paths alone, and never inside a room', () => {
    const crossing = ({ file, path }: Import): boolean => path !== undefined && roomOf(path) !== roomOf(file.path);
    const wrong = imports.filter(
      (entry) =>
        entry.path !== undefined && rooms.has(roomOf(entry.path)) && crossing(entry) !== entry.written.startsWith('#'),
    );
    expect(wrong.map(lineOf)).toEqual([]);
  });
});

describe('events is pure', () => {
  const pure = files.filter(({ path }) => path.startsWith('events/'));
  const purePackages = new Set(['canonicalize', 'fast-check', 'immutable', 're2js']);

  it('imports pure packages alone', () => {
    const impure = pure
      .flatMap(importsOf)
      .filter(({ path, written }) => path === undefined && !purePackages.has(written));
    expect(impure.map(lineOf)).toEqual([]);
  });

  it('knows no clock, no chance, no process and no waiting', () => {
    const impure =
      /\b(Date|process|async|await|setTimeout|setInterval|performance|randomUUID|fetch|console)\b(?!['"`:])|\bMath\.random\b/;
    const found = pure.map(({ path, text }) => ({ path, word: impure.exec(withoutComments(text))?.[0] }));
    expect(found.filter(({ word }) => word !== undefined)).toEqual([]);
  });
});
