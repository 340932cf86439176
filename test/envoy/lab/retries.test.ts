// How often a request is sent, for each retry event and for no policy at all, through a real Envoy.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { request, requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { type CountingApplication, startFailing, startFailingHttp2 } from './application.ts';
import { client, node, provided, routed } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const policy = (events: object, maxRetries = 2, seconds = 10) => ({
  retryPolicy: { maxRetries, perRetryTimeout: { unit: 's', value: seconds }, ...events },
});
const http = (...httpRetryEvents: readonly string[]) => policy({ httpRetryEvents });
const everyServerError = [500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511];
const all = [409, 429, 499, 509, 512, ...everyServerError];

describe.skipIf(envoyPath() === undefined)('a request', () => {
  const stage = useStage();
  let envoy: PlacedEnvoy;
  let application: CountingApplication;
  let grpc: CountingApplication;

  const services = {
    default: {},
    'server-error': http('server-error'),
    'gateway-error': http('gateway-error'),
    'client-error': http('client-error'),
    both: http('client-error', 'gateway-error'),
    five: policy({ httpRetryEvents: ['server-error'] }, 5),
    none: policy({ httpRetryEvents: ['server-error'] }, 0),
    impatient: {
      retryPolicy: { maxRetries: 2, perRetryTimeout: { unit: 'ms', value: 150 }, httpRetryEvents: ['gateway-error'] },
    },
    tcp: policy({ tcpRetryEvents: ['connection-error'] }),
  };
  const grpcServices = {
    'grpc-default': {},
    'grpc-unavailable': policy({ grpcRetryEvents: ['unavailable'] }),
    'grpc-four': policy({ grpcRetryEvents: ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted'] }),
    'grpc-stream': policy({ httpRetryEvents: ['stream-error'] }),
  };

  beforeAll(async () => {
    application = await startFailing(stage);
    grpc = await startFailingHttp2(stage);
    const documents = [
      node('failing', application.port),
      node('grpc', grpc.port, 'grpc'),
      // Nobody listens on this port.
      node('closed', 1),
      ...Object.entries(services).flatMap(([name, route]) => {
        return routed(name, { all: { ...route, to: { [name === 'tcp' ? 'closed' : 'failing']: 1 } } });
      }),
      ...Object.entries(grpcServices).flatMap(([name, route]) => {
        return routed(name, { all: { match: {}, ...route, to: { grpc: 1 } } }, 'grpc');
      }),
      provided('provided', 'failing'),
      client('front', [...Object.keys(services), ...Object.keys(grpcServices), 'provided']),
    ];
    envoy = await startPlaced(stage, documents, 'virtualNode/front');
  });

  const ask = (host: string, path: string) =>
    request({ host: envoy.address, port: envoy.egressPort, path, headers: { host } });
  async function attempts(service: string, status: number): Promise<number> {
    const path = `/${status}/${service}`;
    expect((await ask(service, path)).status).toBe(status);
    return application.asked(path);
  }

  it.each([
    ['default', [503]],
    ['server-error', everyServerError],
    ['gateway-error', [502, 503, 504]],
    ['client-error', [409]],
    ['both', [409, 502, 503, 504]],
    ['provided', [503]],
  ] as const)('is sent three times under %s for its statuses, and once for others', async (service, retried) => {
    for (const status of all) {
      expect(await attempts(service, status), `${status}`).toBe(
        (retried as readonly number[]).includes(status) ? 3 : 1,
      );
    }
  });

  it('is sent as often as the policy says', async () => {
    expect(await attempts('five', 500)).toBe(6);
    expect(await attempts('none', 500)).toBe(1);
  });

  it('is sent again when an attempt took too long', async () => {
    expect((await ask('impatient', '/never/impatient')).status).toBe(504);
    expect(application.asked('/never/impatient')).toBe(3);
  });

  it('is sent again when no connection is made', async () => {
    const retries = /^cluster\.cds_egress_m_closed_http_1\.upstream_rq_retry$/;
    expect((await ask('tcp', '/')).status).toBe(503);
    expect(await envoy.count(retries)).toBe(2);
  });

  describe('of gRPC', () => {
    async function sent(service: string, path: string): Promise<number> {
      const headers = { host: service, 'content-type': 'application/grpc' };
      await requestHttp2({ host: envoy.address, port: envoy.egressPort, path, headers });
      return grpc.asked(path);
    }

    it.each([
      ['grpc-default', [14]],
      ['grpc-unavailable', [14]],
      // cancelled, deadline-exceeded, resource-exhausted, internal
      ['grpc-four', [1, 4, 8, 13]],
    ] as const)('is sent three times under %s for its statuses, and once for others', async (service, retried) => {
      for (const status of [0, 1, 2, 3, 4, 5, 7, 8, 12, 13, 14, 16]) {
        const times = (retried as readonly number[]).includes(status) ? 3 : 1;
        expect(await sent(service, `/grpc/${status}/${service}`), `${status}`).toBe(times);
      }
    });

    it.each([['grpc-default'], ['grpc-stream']])(
      'is sent again under %s when its stream was refused',
      async (service) => {
        expect(await sent(service, `/refuse/${service}`)).toBe(3);
      },
    );

    it('is sent once when its stream was refused and no event speaks of streams', async () => {
      expect(await sent('grpc-unavailable', '/refuse/unavailable')).toBe(1);
    });
  });
});
