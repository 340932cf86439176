// Heddle as `npm start` runs it, in this process, with the principals of the API's suite: what the clients' tests call.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfiguration } from '#local/configuration.ts';
import { createLog } from '#local/log.ts';
import { startLocal } from '#local/main.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { type Principal, principals } from '#test/suites/api/principals.ts';

/** Starts on free ports with a data folder that is gone at the end; `settings` are further variables. */
export async function startEmbedded(
  callers: readonly Principal[] = Object.values(principals),
  settings: (folder: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<ApiUnderTest> {
  const folder = scratchFolder();
  const file = join(folder.path, 'credentials.json');
  writeFileSync(file, JSON.stringify(callers), { mode: 0o600 });
  const configuration = readConfiguration({
    ...settings(folder.path),
    HEDDLE_DATA_DIR: folder.path,
    HEDDLE_CREDENTIALS_FILE: file,
    HEDDLE_API_ADDR: '127.0.0.1:0',
    HEDDLE_XDS_ADDR: '127.0.0.1:0',
    HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
  });
  if ('refused' in configuration) throw new Error(configuration.refused.join('\n'));
  const running = await startLocal(configuration, createLog({ logger: pino({ level: 'silent' }) }));
  return {
    region: configuration.region,
    endpoint: `http://${running.apiAddress}`,
    async close() {
      await running.close();
      folder.remove();
    },
  };
}
