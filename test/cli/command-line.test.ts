// The command line as a process: its exit statuses, what it prints where, and the files it writes, against a small
// server in the place of Heddle's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
const arn = 'arn:aws:appmesh:us-east-1:000000000000:mesh/m/virtualNode/a';

let folder: string;
let server: Server;
let endpoint: string;
/** Where nothing listens any more. */
let closed: string;
let asked: { readonly url: string; readonly key: string | undefined; readonly body: string }[] = [];
let tokens = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-cli-'));
  server = createServer((request, response) => {
    text(request).then((body) => {
      const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1];
      asked.push({ url: request.url ?? '', key, body });
      if (key === 'AKIDSTRANGER') {
        const message = 'The security token included in the request is invalid.';
        response.writeHead(403, { 'x-amzn-errortype': 'UnrecognizedClientException' }).end(JSON.stringify({ message }));
      } else if (request.url?.includes('unknown') || body.includes('unknown')) {
        response.writeHead(404, { 'x-amzn-errortype': 'NotFoundException' }).end('{"message":"no such node"}');
      } else if (request.url === '/heddle/v1/tokens') {
        const life = (JSON.parse(body) as { lifetimeSeconds?: number }).lifetimeSeconds ?? 3600;
        const expiresAt = Math.floor(Date.now() / 1000) + life;
        response.end(JSON.stringify({ token: `token-${++tokens}`, resource: arn, expiresAt }));
      } else response.end(JSON.stringify({ resource: arn, listeners: [] }));
    }, response.destroy);
  });
  endpoint = await listen(server);
  const gone = createServer();
  closed = await listen(gone);
  gone.close();
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

async function listen(one: Server): Promise<string> {
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

/** A process with nothing of this machine's AWS and Heddle settings. */
function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  asked = [];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      HEDDLE_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[status], output, errors]) => ({ status: status as number | null, output, errors }),
  );
  return { child, ended };
}
const run = (args: string, environment?: Readonly<Record<string, string>>) => start(args.split(' '), environment).ended;
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('exit statuses', () => {
  it.each(['--version', '--help', 'token --help'])('are 0 for %s', async (args) => {
    expect(await run(args)).toMatchObject({ status: 0, errors: '' });
  });

  it.each([
    '',
    'weave',
    'token',
    'token mesh/m',
    'token mesh/m/virtualNode/a --lifetime soon',
    'token mesh/m/virtualNode/a --unknown',
    'bootstrap mesh/m/virtualNode/a --egress-port x',
    'config mesh/m/virtualNode/a --endpoint nowhere',
  ])('are 2 for the usage error `%s`', async (args) => {
    const { status, output, errors } = await run(args);
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(errors).not.toBe('');
  });

  it('are 2 for a wrong variable as for a wrong option', async () => {
    const { status, errors } = await run('config mesh/m/virtualNode/a', { HEDDLE_ENDPOINT: 'nowhere' });
    expect(status).toBe(2);
    expect(errors).toContain('HEDDLE_ENDPOINT');
  });

  it('are 1 for what the service refuses', async () => {
    const refused = { status: 1, output: '', errors: 'error: NotFoundException: no such node\n' };
    expect(await run('config mesh/m/virtualNode/unknown')).toEqual(refused);
    expect(await run('token mesh/m/virtualNode/unknown')).toEqual(refused);
    expect(await run('bootstrap mesh/m/virtualNode/unknown')).toEqual(refused);
  });

  it('are 1 when nothing answers', async () => {
    const { status, errors } = await run('config mesh/m/virtualNode/a', { HEDDLE_ENDPOINT: closed });
    expect(status).toBe(1);
    expect(errors).toContain(`error: nothing answers at ${closed}: start Heddle with \`npm start\``);
  });

  it('are 1 for a configuration that serve cannot start with, naming the variable', async () => {
    const { status, errors } = await run('serve', { HEDDLE_API_ADDR: 'nowhere' });
    expect(status).toBe(1);
    expect(errors).toContain('HEDDLE_API_ADDR');
  });

  it('are 1 for an address that is taken, naming the variable', async () => {
    const taken = new URL(endpoint).host;
    const anywhere = { HEDDLE_DATA_DIR: join(folder, 'store'), HEDDLE_XDS_ADDR: '127.0.0.1:0' };
    const { status, output, errors } = await run('serve', { ...anywhere, HEDDLE_API_ADDR: taken });
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(`error: HEDDLE_API_ADDR: listen EADDRINUSE: address already in use ${taken}\n`);
  });
});

describe('the help', () => {
  it('lists every verb with a line of its own, in the order of the README', async () => {
    const { output } = await run('--help');
    const listed = [...output.matchAll(/^ {2}([a-z]+)(?: \S+)? {2,}\S.*$/gm)].map(([, verb]) => verb);
    const readme = await readFile(resolve(import.meta.dirname, '../../README.md'), 'utf8');
    const documented = [...readme.matchAll(/^\| `npx heddle ([a-z]+)/gm)].map(([, verb]) => verb);
    expect(listed.filter((verb) => verb !== 'help')).toEqual(documented);
    expect(listed.length).toBeGreaterThan(10);
    // Nothing is wrapped: a line that goes on would begin with blanks alone.
    expect(output).not.toMatch(/^ {4,}\S/m);
  });
});

describe('credentials', () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

  it('are those of the environment', async () => {
    expect(await run('config mesh/m/virtualNode/a')).toMatchObject({ status: 0 });
    expect(asked).toMatchObject([{ key: 'AKIDTEST' }]);
  });

  it('are those of a profile', async () => {
    const file = join(folder, 'aws-credentials');
    await writeFile(file, '[loom]\naws_access_key_id = AKIDLOOM\naws_secret_access_key = x\n');
    const profile = { ...none, AWS_PROFILE: 'loom', AWS_SHARED_CREDENTIALS_FILE: file };
    expect(await run('config mesh/m/virtualNode/a', profile)).toMatchObject({ status: 0 });
    expect(asked).toMatchObject([{ key: 'AKIDLOOM' }]);
  });

  it('must be given for an endpoint that is not the default one', async () => {
    const { status, errors } = await run('config mesh/m/virtualNode/a', none);
    expect({ status, asked }).toEqual({ status: 1, asked: [] });
    expect(errors).toMatch(/^error: no credentials/);
  });

  const administrator = () =>
    `AWS_SHARED_CREDENTIALS_FILE=${join(folder, '.heddle', 'aws', 'credentials')} AWS_PROFILE=heddle`;

  it.each([
    ['there are none', none],
    ['they are of nobody', { AWS_ACCESS_KEY_ID: 'AKIDSTRANGER' }],
    ['the profile is nowhere', { ...none, AWS_PROFILE: 'nowhere' }],
  ])('are hinted at on this machine when %s', async (_, environment) => {
    const { status, errors } = await run('config mesh/m/virtualNode/a', environment);
    expect(status).toBe(1);
    expect(errors).toContain(administrator());
    const elsewhere = { ...environment, HEDDLE_DATA_DIR: join(folder, 'elsewhere') };
    expect((await run('config mesh/m/virtualNode/a', elsewhere)).errors).toContain(
      `=${join(folder, 'elsewhere', 'aws', 'credentials')} `,
    );
  });

  it('of this machine are not hinted at for another', async () => {
    const far = { ...none, HEDDLE_ENDPOINT: 'http://heddle.invalid', AWS_EC2_METADATA_DISABLED: 'true' };
    const { status, errors } = await run('config mesh/m/virtualNode/a', far);
    expect(status).toBe(1);
    expect(errors).toMatch(/^error: no credentials/);
    expect(errors).not.toContain('AWS_PROFILE=heddle');
  });

  it("are the data directory's administrator for the default endpoint", async () => {
    const local = { ...none, HEDDLE_ENDPOINT: '', HEDDLE_DATA_DIR: join(folder, 'data') };
    expect((await run('config mesh/m/virtualNode/a', local)).errors).toContain(
      join(folder, 'data', 'aws', 'credentials'),
    );
    await mkdir(join(folder, 'data', 'aws'), { recursive: true });
    await writeFile(
      join(folder, 'data', 'aws', 'credentials'),
      '[heddle]\naws_access_key_id = AKIDADMIN\naws_secret_access_key = x\n',
    );
    // Whether or not something listens on the default endpoint here: the keys were found.
    expect((await run('config mesh/m/virtualNode/a', local)).errors).not.toContain('no credentials');
  });
});

describe('heddle config', () => {
  it('asks for the resource as written and prints the answer', async () => {
    const { status, output } = await run('config mesh/m@000000000000/virtualNode/a --static');
    expect(status).toBe(0);
    expect(JSON.parse(output)).toEqual({ resource: arn, listeners: [] });
    expect(asked[0]?.url).toBe('/heddle/v1/config?resource=mesh%2Fm%40000000000000%2FvirtualNode%2Fa&static=true');
  });
});

describe('heddle token', () => {
  it('prints the token alone, or with all about it', async () => {
    expect((await run('token mesh/m/virtualNode/a')).output).toMatch(/^token-\d+\n$/);
    const { output } = await run('token mesh/m/virtualNode/a --json --lifetime 2h');
    expect(JSON.parse(output)).toEqual({
      token: expect.stringMatching(/^token-\d+$/) as string,
      resource: arn,
      expiresAt: expect.any(Number) as number,
    });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ resource: 'mesh/m/virtualNode/a', lifetimeSeconds: 7200 });
  });

  it('writes it into a file for its owner alone, and leaves nothing else there', async () => {
    const place = join(folder, 'written');
    await mkdir(place);
    await writeFile(join(place, 'token'), 'old', { mode: 0o644 });
    const { status, output, errors } = await run('token mesh/m/virtualNode/a --write written/token');
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(errors).not.toMatch(/token-\d/);
    expect(await readFile(join(place, 'token'), 'utf8')).toMatch(/"inline_string":"Bearer token-\d+"/);
    expect(await mode(join(place, 'token'))).toBe('600');
    expect(await readdir(place)).toEqual(['token']);
  });

  it('says when the file cannot be written', async () => {
    const { status, errors } = await run('token mesh/m/virtualNode/a --write nowhere/token');
    expect(status).toBe(1);
    expect(errors).toContain(join(folder, 'nowhere', 'token'));
    expect(errors).not.toMatch(/token-\d/);
  });

  it('renews it until it is ended', async () => {
    const { child, ended } = start([
      'token',
      'mesh/m/virtualNode/a',
      '--watch',
      '--write',
      'watched',
      '--lifetime',
      '2',
    ]);
    const written = async (): Promise<number> =>
      Number(/token-(\d+)/.exec(await readFile(join(folder, 'watched'), 'utf8'))?.[1]);
    await vi.waitFor(written, 20_000);
    const first = await written();
    await vi.waitFor(async () => expect(await written()).toBeGreaterThan(first + 1), 20_000);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, output: '' });
  });
});

describe('heddle bootstrap', () => {
  it('says in which zone the proxy runs, if it is told', async () => {
    const where = async (more: string) => {
      const { output } = await run(`bootstrap mesh/m/virtualNode/a --token-file t${more}`);
      return (JSON.parse(output) as { node: { locality?: unknown } }).node.locality;
    };
    expect(await where(' --zone us-east-1a')).toMatchObject({ region: expect.any(String), zone: 'us-east-1a' });
    expect(await where('')).toBeUndefined();
  });

  it('with a token file asks nobody', async () => {
    const { status, output, errors } = await run('bootstrap mesh/m/virtualNode/a --token-file t --admin-port 0');
    expect({ status, asked }).toEqual({ status: 0, asked: [] });
    expect(output).toContain(`"path": "${join(folder, 't')}"`);
    expect(errors).toContain('heddle token mesh/m/virtualNode/a --write');
    expect(JSON.parse(output)).toMatchObject({ node: { id: 'mesh/m/virtualNode/a' } });
    expect(JSON.parse(output)).not.toHaveProperty('admin');
  });

  it('without one holds a token of thirty days, and says so', async () => {
    const { output, errors } = await run('bootstrap mesh/m/virtualNode/a');
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ lifetimeSeconds: 2_592_000 });
    expect(JSON.parse(output)).toMatchObject({ node: { id: arn } });
    expect(output).toMatch(/Bearer token-\d+/);
    expect(errors).toMatch(/^note: this bootstrap holds its token, which is good until \d{4}-/);
    expect(errors).not.toMatch(/token-\d/);
  });

  it('puts it into a file for its owner alone, and leaves nothing else there', async () => {
    const place = join(folder, 'bootstraps');
    await mkdir(place);
    await writeFile(join(place, 'envoy.json'), 'old', { mode: 0o644 });
    const { status, output, errors } = await run('bootstrap mesh/m/virtualNode/a --write bootstraps/envoy.json');
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(errors).toContain(`${join(place, 'envoy.json')}: a bootstrap for ${arn}\n`);
    expect(errors).not.toMatch(/token-\d/);
    expect(await readFile(join(place, 'envoy.json'), 'utf8')).toMatch(/Bearer token-\d+/);
    expect(await mode(join(place, 'envoy.json'))).toBe('600');
    expect(await readdir(place)).toEqual(['envoy.json']);
    const told = await run('bootstrap mesh/m/virtualNode/a --json --write bootstraps/envoy.json');
    expect(JSON.parse(told.output)).toEqual({ file: join(place, 'envoy.json'), resource: arn });
  });

  it('says when the file cannot be written', async () => {
    const { status, output, errors } = await run('bootstrap mesh/m/virtualNode/a --write nowhere/envoy.json');
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(`error: ${join(folder, 'nowhere', 'envoy.json')} cannot be written`);
  });

  it('places an Envoy when one of the flags is given', async () => {
    const { output } = await run(
      'bootstrap mesh/m/virtualNode/a --token-file t --inbound 8080=18080 --inbound 8081=18081',
    );
    expect(JSON.parse(output)).toMatchObject({
      node: {
        metadata: { heddle: { bind: '127.0.0.1', egressPort: 15_001, inbound: { '8080': 18_080, '8081': 18_081 } } },
      },
    });
    const { output: plain } = await run('bootstrap mesh/m/virtualNode/a --token-file t');
    expect(plain).not.toContain('metadata');
  });
});

describe('heddle demo', () => {
  it('says how to get an Envoy when there is none', async () => {
    const { status, errors } = await run('demo', { HEDDLE_ENVOY: join(folder, 'envoy') });
    expect(status).toBe(1);
    expect(errors).toContain(`HEDDLE_ENVOY: ${join(folder, 'envoy')} is not a program`);
  });
});
