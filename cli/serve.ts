// `heddle serve`: all of Heddle in one process, configured by the environment; what `npm start` runs.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Connection, withConnection } from './connection.ts';
import { administratorFile, administratorProfile } from './credentials.ts';
import { endSignal, whenAborted } from './end-signal.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';

// Draining takes less; whatever hangs is cut off in time for the 20 s after which a supervisor kills.
const longestDrainMs = 19_000;

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

async function serve({ json }: Connection): Promise<void> {
  // Loaded here alone: the other commands start without the servers' libraries.
  const [{ readConfiguration }, { startLocal }] = await Promise.all([
    import('#local/configuration.ts'),
    import('#local/main.ts'),
  ]);
  const configuration = readConfiguration(process.env);
  if ('refused' in configuration) throw new Failure(configuration.refused.join('\n'));
  const end = endSignal();
  const running = await startLocal(configuration).catch(refuseToStart);
  const ready: ReadyLine = {
    api: `http://${running.apiAddress}`,
    xds: running.xdsAddresses,
    admin: `http://${running.adminAddress}`,
    dataDirectory: configuration.dataDir,
  };
  process.stdout.write(`${json ? JSON.stringify(ready) : readyText(ready)}\n`);
  await whenAborted(end.signal);
  const late = setTimeout(() => process.exit(0), longestDrainMs);
  await running.close();
  clearTimeout(late);
  end.release();
}

// What the environment names wrongly is for the user to mend and needs no stack; anything else is a bug. Other servers may
// listen already, so the process has to be ended.
function refuseToStart(error: Error): never {
  process.stderr.write(`${error.name === 'Error' ? `error: ${error.message}` : error.stack}\n`);
  process.exit(1);
}

function readyText({ api, xds, admin, dataDirectory }: ReadyLine): string {
  const file = administratorFile(dataDirectory);
  const profile = existsSync(file) ? ` AWS_SHARED_CREDENTIALS_FILE=${file} AWS_PROFILE=${administratorProfile}` : '';
  return (
    `heddle is ready: API ${api}, streamer ${xds.join(' ')}, health ${admin}/healthz; ` +
    `try: AWS_ENDPOINT_URL_APP_MESH=${api}${profile} aws appmesh list-meshes`
  );
}
