// The demo's own control plane: `heddle serve` as a process of its own, with a data directory that goes away with it.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient } from '../client.ts';
import { administrator } from '../credentials.ts';
import { whenAborted } from '../end-signal.ts';
import type { ReadyLine } from '../serve.ts';
import type { Stage } from './stage.ts';

export interface ControlPlane {
  readonly ready: ReadyLine;
  readonly client: Client;
}

const region = 'us-east-1';

export async function startControlPlane(stage: Stage): Promise<ControlPlane> {
  const [, program] = process.argv;
  if (program === undefined) throw new Error('the program does not know its own file');
  const child = stage.start('heddle', [process.execPath, ...process.execArgv, program, 'serve', '--json'], {
    environment: environment(join(stage.directory, 'data')),
    readOutput: true,
  });
  const ready = await firstLine(child.stdout, stage.signal);
  const client = createClient({
    endpoint: new URL(ready.api),
    region,
    credentials: () => administrator(ready.dataDirectory),
  });
  return { ready, client };
}

// The user's own Heddle and AWS settings are for the user's own Heddle and AWS.
function environment(dataDirectory: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:HEDDLE|AWS)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    AWS_REGION: region,
    HEDDLE_DATA_DIR: dataDirectory,
    HEDDLE_API_ADDR: '127.0.0.1:0',
    HEDDLE_XDS_ADDR: '127.0.0.1:0',
    HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
  };
}

async function firstLine(output: NodeJS.ReadableStream | null, signal: AbortSignal): Promise<ReadyLine> {
  if (output === null) throw new Error('the output of the control plane is not read');
  const lines = createInterface({ input: output, signal });
  for await (const line of lines) {
    return JSON.parse(line) as ReadyLine;
  }
  // Its output ended and so will it: the stage then says how.
  await whenAborted(signal);
  throw signal.reason;
}
