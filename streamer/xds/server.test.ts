// The server over real connections: admission, pushes, status, ends.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Admission, StreamRequest } from './admission.ts';
import { createView, type ShownView, snapshotOf } from './fixture.ts';
import { createXdsServer, type XdsServer, type XdsServerOptions } from './server.ts';
import { type SimulatedEnvoy, type SimulatedEnvoyOptions, simulateEnvoy } from './simulated-envoy.ts';
import type { StreamEvent } from './status.ts';

const service = 'envoy.service.discovery.v3.AggregatedDiscoveryService';
const directory = mkdtempSync(join(tmpdir(), 'heddle-xds-'));
const cleanUp: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});

afterAll(() => rmSync(directory, { recursive: true }));

interface Started {
  readonly server: XdsServer;
  readonly view: ShownView;
  readonly address: string;
  readonly events: StreamEvent[];
  readonly requests: StreamRequest[];
  released(): number;
  envoy(options?: SimulatedEnvoyOptions): SimulatedEnvoy;
}

async function start(options: Partial<XdsServerOptions> = {}, listen = '127.0.0.1:0'): Promise<Started> {
  const view = createView(snapshotOf(1, { cluster: { a: 'a=1' }, route: { r: 'r=1' } }));
  const events: StreamEvent[] = [];
  const requests: StreamRequest[] = [];
  let released = 0;
  const release = () => {
    released += 1;
  };
  const admission: Admission = {
    admit: async (request) => {
      requests.push(request);
      return { resource: request.node.id, view, release };
    },
  };
  const server = createXdsServer({ admission, onEvent: (event) => events.push(event), ...options });
  cleanUp.push(() => server.close(0));
  const [address = ''] = await server.listen([listen]);
  const envoy = (how?: SimulatedEnvoyOptions) => {
    const one = simulateEnvoy(address, how);
    cleanUp.push(() => one.close());
    return one;
  };
  return { server, view, address, events, requests, released: () => released, envoy };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}

test('an admitted Envoy is told what it asks for, and what changes', async () => {
  for (const mode of ['delta', 'sotw'] as const) {
    const { view, envoy, server } = await start();
    const one = envoy({ mode });
    one.say('cluster');
    const clusters = await one.hear();
    expect(clusters.resources).toEqual({ a: 'a=1' });
    one.ack(clusters);
    one.say('route', { resourceNamesSubscribe: ['r'], resourceNames: ['r'] });
    const routes = await one.hear();
    one.ack(routes, { resourceNames: ['r'] });
    await until(() => server.streams()[0]?.sequence?.acked === 1);
    view.show(snapshotOf(2, { cluster: { a: 'a=1' }, route: { r: 'r=2' } }));
    expect((await one.hear()).resources).toEqual({ r: 'r=2' });
    expect(server.streams()).toMatchObject([
      {
        resource: 'mesh/m/virtualNode/a',
        node: 'mesh/m/virtualNode/a',
        mode,
        sequence: { sent: 2, acked: 1 },
        types: { cluster: { sent: clusters.version, acked: clusters.version }, route: { acked: routes.version } },
      },
    ]);
  }
});

test('all streams of a node are told of a change', async () => {
  const { view, envoy, server } = await start();
  const many = Array.from({ length: 120 }, () => envoy());
  for (const one of many) one.say('cluster');
  await Promise.all(many.map((one) => one.hear()));
  view.show(snapshotOf(2, { cluster: { a: 'a=2' } }));
  const second = await Promise.all(many.map((one) => one.hear()));
  expect(new Set(second.map((response) => response.resources.a))).toEqual(new Set(['a=2']));
  // One response for all of them: the same bytes, so the same nonce.
  expect(new Set(second.map((response) => response.nonce)).size).toBe(1);
  expect(server.streams()).toHaveLength(120);
});

test('an Envoy that does not read gets the newest state when it does, and little of what was between', async () => {
  const { view, envoy, events } = await start();
  const slow = envoy();
  slow.say('cluster');
  await slow.hear();
  slow.pause();
  const last = 300;
  for (let sequence = 2; sequence <= last; sequence += 1) {
    view.show(snapshotOf(sequence, { cluster: { a: `${sequence}`.padEnd(100_000) } }));
    await pause(1);
  }
  const sent = events.filter(({ kind }) => kind === 'sent').length;
  expect(sent).toBeLessThan(last / 4);
  slow.resume();
  let newest = await slow.hear();
  while (newest.version !== String(last)) newest = await slow.hear();
  expect(newest.resources.a?.trim()).toBe(String(last));
});

test('admission is asked once, with all that is known of the stream', async () => {
  const { envoy, requests, address } = await start();
  const one = envoy({ metadata: { authorization: 'Bearer x' } });
  one.say('cluster', {
    node: { id: 'n', cluster: 'c', metadata: { heddle: { bind: '127.0.0.1' } }, locality: { zone: 'z' } },
  });
  one.ack(await one.hear());
  one.say('listener');
  await one.hear();
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    metadata: { authorization: ['Bearer x'] },
    path: `/${service}/DeltaAggregatedResources`,
    host: address,
    peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    transport: 'plain',
    node: { id: 'n', cluster: 'c', metadata: { heddle: { bind: '127.0.0.1' } }, locality: { zone: 'z' } },
  });
});

test('a refusal is a status without a message before it, its text as it was written', async () => {
  const refused = { code: 7, message: 'The token is for mesh/m/virtualNode/b' } as const;
  const { envoy, events, server } = await start({ admission: { admit: async () => refused } });
  const one = envoy();
  one.say('cluster');
  const status = await one.status;
  expect([status.code, status.details]).toEqual([7, refused.message]);
  expect(one.unheard()).toBe(0);
  expect(events).toEqual([expect.objectContaining({ kind: 'refused', ...refused, node: 'mesh/m/virtualNode/a' })]);
  expect(server.streams()).toEqual([]);
});

test('text that a header cannot carry is refused with all the same', async () => {
  const message = '100 % of “it”\nis wrong';
  const { envoy } = await start({ admission: { admit: async () => ({ code: 3, message }) } });
  const one = envoy();
  one.say('cluster');
  expect((await one.status).details).toBe(message);
});

test('bad credentials are refused before any message', async () => {
  const { view } = await start();
  const ann = { accountId: '111122223333', caller: 'arn:aws:iam::111122223333:user/ann' };
  const admission: Admission = {
    screen: async ({ metadata }) =>
      metadata.authorization === undefined ? { code: 16, message: 'Missing Authentication Token' } : ann,
    admit: async ({ node }) => ({ resource: node.id, view, release: () => {} }),
  };
  const { envoy, events } = await start({ admission });
  const stranger = await envoy().status;
  expect([stranger.code, stranger.details]).toEqual([16, 'Missing Authentication Token']);
  const known = envoy({ metadata: { authorization: 'Bearer x' } });
  known.say('cluster');
  expect((await known.hear()).resources).toEqual({ a: 'a=1' });
  const [refused, ...later] = events;
  expect(refused).not.toHaveProperty('caller');
  expect(later.length).toBeGreaterThan(0);
  for (const event of later) expect(event).toMatchObject(ann);
});

test('what happens is told with who asked, refused or not, and with a name that no other stream ever has', async () => {
  const ann = { accountId: '111122223333', caller: 'arn:aws:iam::111122223333:user/ann' };
  const admission: Admission = { screen: async () => ann, admit: async () => ({ code: 7, message: 'No' }) };
  const [one, other] = [await start({ admission }), await start({ admission })];
  for (const { envoy } of [one, other]) {
    const stream = envoy();
    stream.say('cluster');
    await stream.status;
  }
  const events = [...one.events, ...other.events];
  expect(events.map(({ stream, accountId, caller, kind }) => ({ stream, accountId, caller, kind }))).toEqual(
    [1, 1].map((stream) => ({ stream, ...ann, kind: 'refused' })),
  );
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(2);
});

test('admission that fails is a passing trouble, and its cause stays here', async () => {
  const { envoy, events } = await start({ admission: { admit: () => Promise.reject(new Error('the disk is gone')) } });
  const one = envoy();
  one.say('cluster');
  const status = await one.status;
  expect(status.code).toBe(14);
  expect(status.details).not.toContain('disk');
  expect(events).toEqual([
    expect.objectContaining({ kind: 'refused', code: 14, cause: new Error('the disk is gone') }),
  ]);
});

test('a first request without a node names nobody', async () => {
  const { envoy, requests } = await start();
  const nameless = envoy({ node: '' });
  nameless.say('cluster');
  await nameless.hear();
  expect(requests).toMatchObject([{ node: { id: '', cluster: '', metadata: {}, locality: { zone: '' } } }]);
});

test('silence is refused with 3', async () => {
  const { envoy, requests } = await start({ patience: 50 });
  expect((await envoy().status).code).toBe(3);
  expect(requests).toEqual([]);
});

test('nonsense harms nobody else', async () => {
  const { envoy, events } = await start();
  const broken = envoy();
  broken.babble(Buffer.from([0xff, 0xff, 0xff]));
  expect((await broken.status).code).toBe(13);
  const odd = envoy();
  odd.say('type.googleapis.com/envoy.service.runtime.v3.Runtime');
  odd.say('cluster');
  expect((await odd.hear()).type).toBe('cluster');
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'ignored', typeUrl: 'type.googleapis.com/envoy.service.runtime.v3.Runtime' }),
  );
});

test('nothing is sent before the node is loaded', async () => {
  const { envoy, view, events } = await start();
  view.show(undefined);
  const one = envoy();
  one.say('cluster');
  await until(() => events.some(({ kind }) => kind === 'opened'));
  await pause(50);
  expect(one.unheard()).toBe(0);
  view.show(snapshotOf(3, { cluster: { a: 'a=3' } }));
  expect((await one.hear()).resources).toEqual({ a: 'a=3' });
});

test('a refused configuration is seen in the status and the events', async () => {
  const { envoy, events, server } = await start();
  const one = envoy();
  one.say('cluster');
  one.nack(await one.hear(), 'Error adding/updating cluster(s) a: bad');
  await until(() => events.some(({ kind }) => kind === 'nacked'));
  const nack = {
    message: 'Error adding/updating cluster(s) a: bad',
    names: ['a'],
    version: '1',
    at: expect.any(Number),
  };
  expect(server.streams()[0]?.types.cluster).toEqual({ sent: '1', nack });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'nacked', type: 'cluster', nack }));
});

test('a client that leaves is let go of, once', async () => {
  const { envoy, server, view, released, events } = await start();
  const one = envoy();
  one.say('cluster');
  await one.hear();
  one.close();
  await until(() => server.streams().length === 0);
  expect([released(), view.listeners()]).toEqual([1, 0]);
  expect(events.filter(({ kind }) => kind === 'closed')).toHaveLength(1);
});

test('a client that leaves while it is being admitted is let go of too', async () => {
  let decide = () => {};
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  let released = 0;
  const release = () => {
    released += 1;
  };
  let asked = false;
  const admit: Admission['admit'] = async () => {
    asked = true;
    await decided;
    return { resource: 'x', view: createView(), release };
  };
  const { envoy, events } = await start({ admission: { admit } });
  const one = envoy();
  one.say('cluster');
  await until(() => asked);
  one.close();
  await pause(50);
  decide();
  await until(() => released === 1);
  expect(events).toEqual([]);
});

test('a stream ends with status 0 when it is old', async () => {
  const { envoy, server } = await start({ age: 300 });
  const one = envoy();
  one.say('cluster');
  await one.hear();
  expect((await one.status).code).toBe(0);
  expect(server.streams()).toEqual([]);
});

test('closing asks everyone to come back elsewhere, and refuses newcomers', async () => {
  const { envoy, server, address, events } = await start();
  const many = Array.from({ length: 5 }, () => envoy());
  for (const one of many) one.say('cluster');
  await Promise.all(many.map((one) => one.hear()));
  await server.close();
  expect((await Promise.all(many.map((one) => one.status))).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  expect(events.filter(({ kind }) => kind === 'closed')).toHaveLength(5);
  const late = simulateEnvoy(address);
  late.say('cluster');
  expect((await late.status).code).toBe(14);
  late.close();
});

test('a unix socket left by a dead process is taken over, a living one is not', async () => {
  const path = join(directory, 'xds.sock');
  const listenAndDie =
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  expect(() => execFileSync(process.execPath, ['-e', listenAndDie, path])).toThrow();
  expect(existsSync(path)).toBe(true);
  const { envoy, requests, server } = await start({}, `unix:${path}`);
  const one = envoy();
  one.say('cluster');
  expect((await one.hear()).resources).toEqual({ a: 'a=1' });
  expect(requests[0]).toMatchObject({ transport: 'unix', peer: `unix:${path}` });
  const { admission } = { admission: { admit: async () => ({ code: 7, message: '' }) as const } };
  const second = createXdsServer({ admission });
  await expect(second.listen([`unix:${path}`])).rejects.toThrow(
    `cannot listen on unix:${path}: another process listens there`,
  );
  expect(server.streams()).toHaveLength(1);
});

test('an address that cannot be had is named', async () => {
  const { address, server } = await start();
  await expect(server.listen([address])).rejects.toThrow(`cannot listen on ${address}`);
  writeFileSync(join(directory, 'file'), 'mine');
  const file = `unix:${join(directory, 'file')}`;
  await expect(server.listen([file])).rejects.toThrow(`cannot listen on ${file}: there is a file of that name`);
  expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('mine');
});

test.skipIf(!hasOpenssl())('TLS, with a client certificate when that is asked for', async () => {
  const { certificate, key } = selfSigned();
  const { envoy, requests, server } = await start(
    { tls: { certificate, key, clientAuthority: certificate } },
    'localhost:0',
  );
  const withCertificate = envoy({ credentials: credentials.createSsl(certificate, key, certificate) });
  withCertificate.say('cluster');
  expect((await withCertificate.hear()).resources).toEqual({ a: 'a=1' });
  expect(requests[0]?.transport).toBe('tls');
  const without = envoy({ credentials: credentials.createSsl(certificate) });
  without.say('cluster');
  expect((await without.status).code).toBe(14);
  expect(server.streams()).toHaveLength(1);
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function selfSigned(): { certificate: Buffer; key: Buffer } {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate: readFileSync(certificate), key: readFileSync(key) };
}
