// The least that any server of this shape takes: Node's HTTP, and one row in SQLite, on the disk before the answer. No
// signature, no rule, no log. What Heddle takes beyond it is Heddle's own; what it takes itself, no work on Heddle mends.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { type Server, startServer } from './child-server.ts';

const [port, file] = ['BENCH_PORT', 'BENCH_FILE'];

/** A server of its own process whose file is on the disk that holds the folder. */
export const startBare = (folder: string): Promise<Server> =>
  startServer(
    () => ({ program: process.execPath, parameters: [import.meta.filename] }),
    (at) => ({ [port]: String(at), [file]: join(folder, 'bare.db') }),
    join(folder, 'bare.log'),
  );

function serve(at: number, path: string): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS rows (body TEXT)');
  const insert = database.prepare('INSERT INTO rows VALUES (?)');
  createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === 'PUT') insert.run(body);
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  }).listen(at, '127.0.0.1');
}

const { [port]: asked, [file]: path } = process.env;
if (import.meta.main && asked !== undefined && path !== undefined) serve(Number(asked), path);
