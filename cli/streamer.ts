// `heddle streamer`: a streamer alone, configured by the environment; what a task of the deployed service runs.
import { Command } from 'commander';
import { type Connection, withConnection } from './connection.ts';
import { withHelpText } from './help-text.ts';
import { untilEnded } from './until-ended.ts';

export function streamerCommand(): Command {
  const command = new Command('streamer')
    .description('serve Envoys alone, from a store that others write to; start more to serve more')
    .action(streamer);
  return withHelpText(withConnection(command), 'serve Envoys alone, from a shared store', [
    ['HEDDLE_STORE=dynamodb:heddle HEDDLE_SNAPSHOT_BUCKET=my-bucket npx heddle streamer'],
  ]);
}

function streamer({ json }: Connection): Promise<void> {
  return untilEnded(async (configuration) => {
    const { startStreamer } = await import('#local/streamer.ts');
    const { xdsAddresses, adminAddress, close } = await startStreamer(configuration);
    const admin = `http://${adminAddress}`;
    const text = `heddle is ready: streamer ${xdsAddresses.join(' ')}, health ${admin}/healthz`;
    return { ready: json ? JSON.stringify({ xds: xdsAddresses, admin }) : text, close };
  });
}
