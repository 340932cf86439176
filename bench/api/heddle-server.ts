// Heddle as it is published: the bundle, one process, SQLite in a folder of its own.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Server, startServer } from './child-server.ts';
import type { Keys } from './signed-request.ts';

const bundle = resolve(import.meta.dirname, '../../dist/heddle.mjs');

/** Keys: the first of its credentials file. `settings` are further variables. */
export async function startHeddle(
  folder: string,
  settings: NodeJS.ProcessEnv = {},
): Promise<Server & { readonly keys: Keys }> {
  const data = join(folder, 'heddle');
  const server = await startServer(
    () => ({ program: process.execPath, parameters: [bundle, 'serve'] }),
    (port) => ({
      ...settings,
      HEDDLE_DATA_DIR: data,
      HEDDLE_API_ADDR: `127.0.0.1:${port}`,
      HEDDLE_XDS_ADDR: '127.0.0.1:0',
      HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
    }),
    join(folder, 'heddle.log'),
  );
  const [keys] = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8')) as readonly Keys[];
  if (keys === undefined) throw new Error('there is nobody in the credentials file');
  return { ...server, keys };
}
