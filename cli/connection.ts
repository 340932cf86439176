// The options that every command takes: where Heddle is, and whether the answer is for people or for programs.
import { type Command, Option } from 'commander';
import type { StreamerAddress } from '#agent/bootstrap.ts';
import { endpointArgument, streamerArgument } from './argument.ts';

/** Where a laptop's Heddle listens. */
export const defaultEndpoint = 'http://127.0.0.1:8080';
const defaultStreamer = '127.0.0.1:18000';

export interface Connection {
  readonly endpoint: URL;
  readonly xdsEndpoint: StreamerAddress;
  readonly json: boolean;
}

const group = 'Options of every command:';

/** Adds the options of a connection to a command; a variable that is empty is as good as none. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option('--endpoint <url>', 'the HTTP API')
        .helpGroup(group)
        .env('HEDDLE_ENDPOINT')
        .argParser((text) => endpointArgument(text || defaultEndpoint))
        .default(new URL(defaultEndpoint), defaultEndpoint),
    )
    .addOption(
      new Option('--xds-endpoint <address>', 'the streamer, host:port or unix:PATH')
        .helpGroup(group)
        .env('HEDDLE_XDS_ENDPOINT')
        .argParser((text) => streamerArgument(text || defaultStreamer))
        .default(streamerArgument(defaultStreamer), defaultStreamer),
    )
    .addOption(new Option('--json', 'answer in JSON').default(false).helpGroup(group));
}
