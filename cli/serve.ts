// `heddle serve`: all of Heddle in one process, configured by the environment; what `npm start` runs.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Connection, withConnection } from './connection.ts';
import { administratorFile, administratorProfile } from './credentials.ts';
import { withHelpText } from './help-text.ts';
import { untilEnded } from './until-ended.ts';

/** What `heddle serve --json` prints when it is ready. */
export interface ReadyLine {
  readonly api: string;
  readonly xds: readonly string[];
  readonly admin: string;
  readonly dataDirectory: string;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('serve the API and the streamer in one process (what npm start runs)')
    .action(serve);
  return withHelpText(withConnection(command), 'serve the API and the streamer in one process', [
    ['npx heddle serve'],
    ['HEDDLE_API_ADDR=127.0.0.1:8081 HEDDLE_LOG_LEVEL=debug npx heddle serve'],
  ]);
}

function serve({ json }: Connection): Promise<void> {
  return untilEnded(async (configuration) => {
    const { startLocal } = await import('#local/main.ts');
    const running = await startLocal(configuration);
    const ready: ReadyLine = {
      api: `http://${running.apiAddress}`,
      xds: running.xdsAddresses,
      admin: `http://${running.adminAddress}`,
      dataDirectory: configuration.dataDir,
    };
    return { ready: json ? JSON.stringify(ready) : readyText(ready), close: running.close };
  });
}

function readyText({ api, xds, admin, dataDirectory }: ReadyLine): string {
  const file = administratorFile(dataDirectory);
  const profile = existsSync(file) ? ` AWS_SHARED_CREDENTIALS_FILE=${file} AWS_PROFILE=${administratorProfile}` : '';
  return (
    `heddle is ready: API ${api}, streamer ${xds.join(' ')}, health ${admin}/healthz; ` +
    `try: AWS_ENDPOINT_URL_APP_MESH=${api}${profile} aws appmesh list-meshes`
  );
}
