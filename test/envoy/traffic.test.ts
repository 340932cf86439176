// A mesh made with the AWS SDK carries traffic: from an application through its own Envoy and that of another node to
// the application there. Without redirection the caller speaks to its Envoy's egress port itself.
import { connect } from 'node:net';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { echo, type Seen, startGrpc, startHttp, startHttp2, startTcp } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, node, nodeId, route, router, service, shift } from './fixture/documents.ts';
import { type EnvoyOptions, ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { type Answer, type Question, request, requestHttp2 } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const seen = ({ status, body }: Answer): Seen => {
  expect(status, body).toBe(200);
  return JSON.parse(body) as Seen;
};

describe.skipIf(envoyPath() === undefined)('traffic', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let front: RunningEnvoy;
  let red: RunningEnvoy;
  let mail: RunningEnvoy;
  let mailPort: number;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const ports = {
      red: await startHttp(stage, 'red'),
      blue: await startHttp(stage, 'blue'),
      modern: await startHttp2(stage, 'modern'),
      echo: await startGrpc(stage, 'echo'),
      mail: await startTcp(stage, 'mail'),
    };
    mailPort = ports.mail;
    const places = Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, { hostname: ownAddress(), port }]),
    );
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { ...places.red }),
      node('blue', { ...places.blue }),
      node('modern', { ...places.modern, protocol: 'http2' }),
      node('echo', { ...places.echo, protocol: 'grpc' }),
      node('mail', { ...places.mail, protocol: 'tcp' }),
      router('color', 8080),
      route('color', 'all', { red: 1, blue: 0 }),
      route('color', 'blue', { blue: 1 }, '/blue'),
      service('color.local', { router: 'color' }),
      service('modern.local', { node: 'modern' }),
      service('echo.local', { node: 'echo' }),
      node('front', { backends: ['color.local', 'modern.local', 'echo.local'] }),
    );
    const beside = (name: string): Promise<RunningEnvoy> => {
      const place = places[name];
      const options: EnvoyOptions = { resource: nodeId(name) };
      return startEnvoy(stage, heddle, place ? { ...options, address: place.hostname, ports: [place.port] } : options);
    };
    const names = ['front', 'red', 'mail', 'blue', 'modern', 'echo'];
    const envoys = await Promise.all(names.map(beside));
    [front, red, mail] = envoys as [RunningEnvoy, RunningEnvoy, RunningEnvoy];
  }, 60_000);

  const ask = (host: string, path = '/', more: Partial<Question> = {}): Promise<Answer> =>
    request({ host: front.address, port: front.egressPort, path, headers: { host }, ...more });

  it('goes through both Envoys to the application', async () => {
    const { name, host, path, from, headers } = seen(await ask('color.local', '/a?b=c'));
    expect({ name, host, path, from }).toEqual({ name: 'red', host: 'color.local', path: '/a?b=c', from: '127.0.0.1' });
    expect(headers).toHaveProperty('x-envoy-expected-rq-timeout-ms', '15000');
    expect(await front.stat('http.egress.downstream_rq_total')).toBeGreaterThan(0);
    expect(await red.stat('http.ingress.downstream_rq_total')).toBeGreaterThan(0);
  });

  it.each(['color.local', 'color.local:8080', 'color.local:15001', 'COLOR.local'])(
    'finds a service by the Host header %s',
    async (host) => {
      expect(seen(await ask(host)).name).toBe('red');
    },
  );

  it.each(['http://color.local/', 'http://color.local:8080/x'])('answers as the HTTP proxy for %s', async (url) => {
    expect(seen(await ask('whatever.local', url)).name).toBe('red');
  });

  it('follows the longest prefix', async () => {
    expect(seen(await ask('color.local', '/blue/sky')).name).toBe('blue');
    expect(seen(await ask('color.local', '/red')).name).toBe('red');
  });

  it('has no route for a host that is no backend', async () => {
    expect((await ask('unknown.local')).status).toBe(404);
    expect((await ask('color.local.', '/')).status).toBe(404);
  });

  it('follows a shift of the weights', async () => {
    const twenty = async (): Promise<ReadonlySet<string>> => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask('color.local')));
      return new Set(answers.map((answer) => seen(answer).name));
    };
    expect(await twenty()).toEqual(new Set(['red']));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(async () => expect(await twenty()).toEqual(new Set(['blue'])));
    await apply(heddle.mesh, shift('color', 'all', { red: 50, blue: 50 }));
    await eventually(async () => expect(await twenty()).toEqual(new Set(['red', 'blue'])));
    await apply(heddle.mesh, shift('color', 'all', { red: 1, blue: 0 }));
    await eventually(async () => expect(await twenty()).toEqual(new Set(['red'])));
  });

  it('reaches an http2 listener', async () => {
    const question = { host: front.address, port: front.egressPort, path: '/h2', headers: { host: 'modern.local' } };
    const { name, host, path } = seen(await requestHttp2(question));
    expect({ name, host, path }).toEqual({ name: 'modern', host: 'modern.local', path: '/h2' });
  });

  it('reaches a grpc listener', async () => {
    const Client = makeGenericClientConstructor({ Echo: echo }, 'Echo');
    const client = new Client(`${front.address}:${front.egressPort}`, credentials.createInsecure(), {
      'grpc.default_authority': 'echo.local',
    });
    stage.defer(() => client.close());
    const call = (): Promise<string> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          echo.path,
          echo.requestSerialize,
          echo.responseDeserialize,
          'a word',
          (error, answer) => (error ? reject(error) : resolve(answer ?? '')),
        );
      });
    expect(await call()).toBe('echo heard a word');
  });

  it('reaches a tcp listener, whichever side speaks first', async () => {
    const lines = await new Promise<string>((resolve, reject) => {
      const socket = connect(mailPort, mail.address);
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => {
        text += part;
        if (text === 'mail listens\n') socket.write('hello\n');
        if (text.endsWith('hello\n')) socket.end();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(lines).toBe('mail listens\nhello\n');
    expect(await mail.stat('tcp.ingress.downstream_cx_total')).toBeGreaterThan(0);
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
