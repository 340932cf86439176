// AWS for tests: the endpoint that AWS_ENDPOINT_URL names, a LocalStack container where Docker runs, or else ministack, a
// program from PyPI that `npm run tools` brings.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#cli/demo/free-port.ts';
import { ministackPath } from '#test/setup/tools.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';

export interface Emulator {
  readonly endpoint: string;
  /** What the AWS SDK of whoever uses it needs: endpoint, region, credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes it the AWS of this process, until it is stopped. */
  adopt(): void;
  stop(): Promise<void>;
}

/** Twelve digits as the key choose the account, in ministack and LocalStack alike. */
const account = '000000000000';
// Later images ask for a licence.
const image = 'localstack/localstack:4.14.0';

/** Whether `startEmulator` can; asks for Docker at most once. */
export async function emulatorAvailable(): Promise<boolean> {
  return process.env.AWS_ENDPOINT_URL !== undefined || ministackPath() !== undefined || (await dockerRuns());
}

/** `settings` are ministack's own (`AUTH`, `LAMBDA_ACCOUNT_CONCURRENCY`); others ignore them. */
export async function startEmulator(settings: Readonly<Record<string, string>> = {}): Promise<Emulator> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given !== undefined) return emulatorAt(given, async () => {});
  if (await dockerRuns()) return startLocalStack();
  const binary = ministackPath();
  if (binary === undefined) throw new Error('no emulator of AWS: `npm run tools` brings one');
  return startMinistack(binary, settings);
}

function emulatorAt(endpoint: string, end: () => Promise<void>): Emulator {
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: process.env.AWS_REGION ?? 'us-east-1',
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? account,
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  return {
    endpoint,
    environment,
    adopt: () => void Object.assign(process.env, environment),
    async stop() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await end();
    },
  };
}

let docker: Promise<boolean> | undefined;

function dockerRuns(): Promise<boolean> {
  docker ??= probeDocker();
  return docker;
}

async function probeDocker(): Promise<boolean> {
  // The library is large: it is loaded where it may find something.
  if (process.env.DOCKER_HOST === undefined && !existsSync('/var/run/docker.sock')) return false;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
}

async function startLocalStack(): Promise<Emulator> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withExposedPorts(4566)
    // Its Lambdas are containers beside it.
    .withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock' }])
    .withWaitStrategy(Wait.forHttp('/_localstack/health', 4566))
    .start();
  const endpoint = `http://${container.getHost()}:${container.getMappedPort(4566)}`;
  return emulatorAt(endpoint, async () => void (await container.stop()));
}

async function startMinistack(binary: string, settings: Readonly<Record<string, string>>): Promise<Emulator> {
  const port = await freePort(['127.0.0.1']);
  const folder = scratchFolder();
  const child = spawn(binary, [], {
    cwd: folder.path,
    // Nothing of the developer's own AWS; Lambdas run on the first Node of PATH and leave folders where TMPDIR says.
    env: {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
      HOME: folder.path,
      TMPDIR: folder.path,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LOG_LEVEL: 'WARNING',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const endpoint = `http://127.0.0.1:${port}`;
  await ready(`${endpoint}/_ministack/ready`, child);
  return emulatorAt(endpoint, async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(kill, 5_000);
    await gone;
    clearTimeout(late);
    process.removeListener('exit', kill);
    folder.remove();
  });
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`the emulator of AWS did not start: ${said.join('').slice(-2_000)}`);
}
