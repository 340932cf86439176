// Where DNS leads: to one address of an answer or to all, and to which version of IP, for every preference; and by which
// version an application beside its own proxy is reached. Through real Envoys.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath, hasIpv6 } from '../../setup/tools.ts';
import { ownAddress } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { startNameServer } from '../fixture/name-server.ts';
import { type Answer, request } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, provided } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const possible = envoyPath() !== undefined && hasIpv6();
if (!possible) console.warn('Discovery by DNS is not tested: it needs Envoy and IPv6');

const preferences = [undefined, 'IPv4_PREFERRED', 'IPv6_PREFERRED', 'IPv4_ONLY', 'IPv6_ONLY'] as const;

describe.skipIf(!possible)('a name in DNS', () => {
  const stage = useStage();
  const addresses = { four: ownAddress(), other: ownAddress(), six: '::1' };
  const names = {
    'both.test': [addresses.four, addresses.six],
    'four.test': [addresses.four],
    'six.test': [addresses.six],
    'several.test': [addresses.four, addresses.other],
  };
  let front: PlacedEnvoy;
  let ownFour: PlacedEnvoy;
  let ownSix: PlacedEnvoy;
  let port = 0;

  async function listen(name: string, at: string): Promise<void> {
    const application = createServer((_, response) => response.end(name));
    application.keepAliveTimeout = 0;
    application.listen(port, at);
    stage.defer(() => application.close());
    await once(application, 'listening');
    port = (application.address() as AddressInfo).port;
  }

  beforeAll(async () => {
    // The port that is free for IPv6 is that of all.
    await listen('six', addresses.six);
    await listen('four', addresses.four);
    await listen('other', addresses.other);
    await listen('beside', '127.0.0.1');
    const listeners = [{ portMapping: { port, protocol: 'http' } }];
    const found = (virtualNodeName: string, dns: object) => ({
      virtualNodeName,
      spec: { listeners, serviceDiscovery: { dns } },
    });
    const asked = preferences.flatMap((ipPreference) =>
      Object.keys(names).map((hostname) => {
        return [
          `${ipPreference}-${hostname}`.replace('.', '-'),
          { hostname, ...(ipPreference && { ipPreference }) },
        ] as const;
      }),
    );
    const nodes = new Map<string, object>([
      ...asked,
      ['all', { hostname: 'several.test', responseType: 'ENDPOINTS' }],
      ['one', { hostname: 'several.test', responseType: 'LOADBALANCER' }],
    ]);
    const documents = [
      ...[...nodes].flatMap(([name, dns]) => [found(name, dns), provided(name, name)]),
      client('front', [...nodes.keys()]),
    ];
    const setting = await startNameServer(stage, names);
    front = await startPlaced(stage, documents, 'virtualNode/front', [], [], {}, setting);
    const own = (name: string) => startPlaced(stage, documents, `virtualNode/${name}`, [port]);
    [ownFour, ownSix] = await Promise.all([own('IPv4_PREFERRED-both-test'), own('IPv6_PREFERRED-both-test')]);
  }, 60_000);

  const ask = (host: string): Promise<Answer> =>
    request({ host: front.address, port: front.egressPort, headers: { host } });

  it.each([
    [undefined, 'four', 'four', 'six'],
    ['IPv4_PREFERRED', 'four', 'four', 'six'],
    ['IPv6_PREFERRED', 'six', 'four', 'six'],
    ['IPv4_ONLY', 'four', 'four', undefined],
    ['IPv6_ONLY', 'six', undefined, 'six'],
  ])('with %s leads to the version of IP that is preferred', async (preference, ...expected) => {
    for (const [index, name] of ['both', 'four', 'six'].entries()) {
      const { status, body } = await ask(`${preference}-${name}-test`);
      const reached = expected[index];
      expect([name, status, status === 200 ? body : undefined]).toEqual([
        name,
        reached === undefined ? 503 : 200,
        reached,
      ]);
    }
  });

  it('leads to all of its addresses as ENDPOINTS, and to one as LOADBALANCER', async () => {
    const thirty = async (host: string) => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask(host)));
      return new Set(answers.map(({ body }) => body));
    };
    await eventually(async () => expect(await thirty('all')).toEqual(new Set(['four', 'other'])));
    expect((await thirty('one')).size).toBe(1);
  });

  it('says nothing of the application beside a proxy, which is reached by the version that is preferred', async () => {
    const reached = async ({ address }: PlacedEnvoy) => (await request({ host: address, port })).body;
    expect([await reached(ownFour), await reached(ownSix)]).toEqual(['beside', 'six']);
  });
});
