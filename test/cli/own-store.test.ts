// The commands that work on the store itself, as programs: on a laptop's data, beside the server that serves from it.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificatesInUseView } from '#events/certificates.ts';
import { meshFolding } from '#events/folding.ts';
import { openSqlite, type SqliteStore } from '#store/sqlite.ts';
import { mesh, node } from '#test/given/documents.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';

let folder: ScratchFolder;
let stores: SqliteStore;
beforeEach(async () => {
  folder = scratchFolder();
  stores = openSqlite(join(folder.path, 'heddle.db'), { now: Date.now });
  await meshWriter(stores.events).write(mesh(), node('red'));
});
afterEach(async () => {
  await stores.events.close();
  await stores.views.close();
  folder.remove();
});

function run(words: string, environment: Readonly<Record<string, string>> = {}) {
  const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:HEDDLE|AWS)_/.test(name));
  const env = { ...Object.fromEntries(inherited), HEDDLE_DATA_DIR: folder.path, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words.split(' ')], {
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout, errors: stderr };
}

describe('heddle rebuild', () => {
  it('makes the snapshots of all meshes and the index of their certificates, and says how far', async () => {
    // As after the log was restored to an earlier point.
    const later = { sequence: 9, certificates: [{ arn: 'arn:of-what-nobody-uses' }] };
    await stores.views.putUnlessLater(certificatesInUseView, { key: stream, value: later });
    const { status, output } = run('rebuild');
    expect({
      status,
      lines: output
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/)),
    }).toEqual({
      status: 0,
      lines: [
        ['STREAM', 'SEQUENCE', 'SNAPSHOTS'],
        [stream, '2', '2'],
      ],
    });
    expect(await stores.views.newestSnapshot(stream, meshFolding.snapshot.schema)).toMatchObject({ sequence: 2 });
    expect(await stores.views.list(certificatesInUseView)).toEqual([]);
  });

  it('fails with the stream that cannot be folded, and has made the others', async () => {
    await stores.events.append([unreadable(3)]);
    const { status, output, errors } = run(`rebuild ${stream} --json`);
    expect([status, JSON.parse(output)]).toMatchObject([1, [{ stream, sequence: 2, stopped: { version: 3 } }]]);
    expect(errors).toMatch(`error: ${stream} cannot be folded beyond 2: `);
  });

  it('refuses what is no stream of a mesh, and a store that is not there', () => {
    expect(run('rebuild shop')).toMatchObject({ status: 2, errors: expect.stringContaining('mesh/OWNER/NAME') });
    const nowhere = run('rebuild', { HEDDLE_DATA_DIR: join(folder.path, 'nowhere') });
    expect(nowhere).toMatchObject({ status: 1, errors: expect.stringContaining('there is no store at ') });
    const unnamed = run('rebuild', { HEDDLE_STORE: 'dynamodb:heddle' });
    expect(unnamed).toMatchObject({ status: 1, errors: expect.stringContaining('HEDDLE_SNAPSHOT_BUCKET') });
  });
});

describe('heddle upgrade', () => {
  it('says what is written', () => {
    expect(run('upgrade')).toMatchObject({ status: 0, output: 'schema 1 is written already\n' });
    expect(JSON.parse(run('upgrade --json').output)).toEqual({ done: 'already', from: 1, to: 1 });
  });
});
