// Snapshots made again: the same bytes as those that were made as the log grew, and none that the log does not bear out.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { createProjector } from '#functions/projector/project.ts';
import { mesh, node, router, update } from '#test/given/documents.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { textFolding } from '#test/store/text-folding.ts';
import { meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';
import { rebuildSnapshots } from './rebuild.ts';
import { openSqlite, type SqliteStore } from './sqlite.ts';

let folder: ScratchFolder;
let stores: SqliteStore;
beforeEach(async () => {
  folder = scratchFolder();
  stores = openSqlite(join(folder.path, 'heddle.db'), { now: Date.now });
});
afterEach(async () => {
  await stores.events.close();
  await stores.views.close();
  folder.remove();
});

function inFile(sql: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder.path, 'heddle.db'));
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
}
const snapshots = () =>
  inFile('SELECT stream, schema, sequence, digest, hex(body) AS body FROM snapshots ORDER BY sequence');

/** A mesh of seven commits, with the snapshot that the projector made of it. */
async function projected() {
  const { write } = meshWriter(stores.events);
  await write(mesh(), node('red', 'blue.local'), node('blue'), router('r'), update(node('red')));
  await write(node('green'), { type: 'Delete', ref: { kind: 'virtualNode', name: 'green' } });
  await createProjector({ ...stores, every: 5 }).project(stream);
  expect(snapshots()).toHaveLength(1);
}

test('a snapshot is the same to the byte, whether made as the log grew or afterwards', async () => {
  await projected();
  const before = snapshots();
  expect(await rebuildSnapshots(stores, stream, meshFolding)).toEqual({ stream, sequence: 7, snapshots: [7] });
  expect(snapshots()).toEqual(before);
});

test('what was damaged is whole again, and what lies beyond the log is gone', async () => {
  await projected();
  const before = snapshots();
  inFile('UPDATE snapshots SET body = zeroblob(20)');
  // As after the log was restored to an earlier point.
  await stores.views.putSnapshot({
    stream,
    schema: meshFolding.snapshot.schema,
    sequence: 9,
    state: 'of another past',
  });
  await rebuildSnapshots(stores, stream, meshFolding);
  expect(snapshots()).toEqual(before);
});

test('a commit that cannot be folded ends it, and the snapshot is the one before it', async () => {
  await projected();
  await stores.events.append([unreadable(8)]);
  await meshWriter(stores.events)
    .write()
    .catch(() => {});
  const rebuilt = await rebuildSnapshots(stores, stream, meshFolding);
  expect(rebuilt).toMatchObject({ sequence: 7, snapshots: [7], stopped: { version: 8 } });
});

test('a stream without a commit gets none', async () => {
  expect(await rebuildSnapshots(stores, stream, meshFolding)).toEqual({ stream, sequence: 0, snapshots: [] });
  expect(snapshots()).toEqual([]);
});

test('a long stream keeps one in 10,000 versions, to look back from', async () => {
  const long: readonly Commit[] = Array.from({ length: 20_500 }, (_, index) => sampleCommit('long', index + 1));
  const events = {
    ...stores.events,
    read: async (_: string, from: number, limit = long.length) => long.slice(from - 1, from - 1 + limit),
  };
  // The plainest state that can be: how many there were.
  const counting = {
    ...textFolding,
    evolve: (_: object, { version, id }: Commit) => ({ version, commitId: id, texts: [] }),
    snapshot: {
      schema: 1,
      toJson: ({ version }: { readonly version: number }) => version,
      fromJson: () => expect.fail(),
    },
  };
  const rebuilt = await rebuildSnapshots({ ...stores, events }, 'long', counting);
  expect(rebuilt.snapshots).toEqual([10_000, 20_000, 20_500]);
  const past = await stores.views.newestSnapshot('long', 1, 19_999);
  expect(past).toMatchObject({ sequence: 10_000, state: 10_000 });
});
