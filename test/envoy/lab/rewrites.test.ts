// What a gateway makes of a request: the host and the path that the application sees, for each way to rewrite them and
// to leave them; and which hosts a gateway route takes.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { type Seen, startHttp } from '../fixture/application.ts';
import { request } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { gateway, gatewayRoute, node, provided, routed } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const port = 8080;
const keepsHost = { hostname: { defaultTargetHostname: 'DISABLED' } };
const route = (name: string, service: string, match: object, rewrite?: object, priority?: number) =>
  gatewayRoute('edge', name, service, {
    match,
    ...(rewrite && { rewrite }),
    ...(priority !== undefined && { priority }),
  });

describe.skipIf(envoyPath() === undefined)('a gateway', () => {
  const stage = useStage();
  let edge: PlacedEnvoy;

  beforeAll(async () => {
    const names = ['shop', 'cart', 'any', 'exact', 'suffix', 'longer', 'first', 'ported'];
    const nodes = await Promise.all(names.map(async (name) => node(name, await startHttp(stage, name))));
    const documents = [
      ...nodes,
      ...names.filter((name) => name !== 'cart').map((name) => provided(`${name}.local`, name)),
      ...routed('cart.local', { all: { match: { prefix: '/cart' }, to: { cart: 1 } } }),
      gateway('edge', port),
      route('default', 'shop.local', { prefix: '/default' }),
      route('slash', 'shop.local', { prefix: '/slash/' }),
      route('as-is', 'shop.local', { prefix: '/as-is' }, { prefix: { defaultPrefix: 'DISABLED' } }),
      route('value', 'shop.local', { prefix: '/value' }, { prefix: { value: '/v2' } }),
      route('value-slash', 'shop.local', { prefix: '/other' }, { prefix: { value: '/v2/' } }),
      route('slash-value', 'shop.local', { prefix: '/third/' }, { prefix: { value: '/v3' } }),
      route(
        'all-value',
        'shop.local',
        { prefix: '/', hostname: { exact: 'all.example' } },
        { prefix: { value: '/v4' } },
      ),
      route('exact', 'shop.local', { path: { exact: '/exact' } }),
      route('exact-to', 'shop.local', { path: { exact: '/exact/a' } }, { path: { exact: '/b' } }),
      route('regex', 'shop.local', { path: { regex: '/regex/.*' } }),
      route('regex-to', 'shop.local', { path: { regex: '/regexes/.*' } }, { path: { exact: '/a\\1b' } }),
      route('whole', 'shop.local', { prefix: '/whole' }, { path: { exact: '/b' } }),
      route('kept', 'shop.local', { prefix: '/kept' }, keepsHost),
      route('kept-cart', 'cart.local', { prefix: '/cart' }, { ...keepsHost, prefix: { defaultPrefix: 'DISABLED' } }),
      route(
        'kept-other',
        'cart.local',
        { prefix: '/other-cart' },
        { ...keepsHost, prefix: { defaultPrefix: 'DISABLED' } },
      ),
      route('any-host', 'any.local', { prefix: '/hosts' }),
      route('exact-host', 'exact.local', { prefix: '/hosts', hostname: { exact: 'www.Example.com' } }),
      route('ported-host', 'ported.local', { prefix: '/hosts', hostname: { exact: 'www.example.com:81' } }),
      route('suffix-host', 'suffix.local', { prefix: '/hosts', hostname: { suffix: 'example.com' } }),
      route('longer-host', 'longer.local', { prefix: '/hosts', hostname: { suffix: '.shop.example.com' } }),
      route('first-host', 'first.local', { prefix: '/hosts/first' }, undefined, 0),
    ];
    edge = await startPlaced(stage, documents, 'virtualGateway/edge', [port]);
  });

  const ask = (path: string, host: string, headers = {}) =>
    request({ host: edge.address, port, path, headers: { ...headers, host } });
  async function seen(path: string, host = 'example.org', headers = {}): Promise<Seen> {
    const { status, body } = await ask(path, host, headers);
    expect(status, body).toBe(200);
    return JSON.parse(body) as Seen;
  }

  it.each([
    ['/default', '/'],
    ['/default/', '/'],
    ['/default/a/b?c=d', '/a/b?c=d'],
    ['/default?c=d', '/?c=d'],
    ['/defaulted', '/ed'],
    ['/slash/a', '/a'],
    ['/as-is/a?b', '/as-is/a?b'],
    ['/value/a?b=c', '/v2/a?b=c'],
    ['/other/a', '/v2/a'],
    ['/other', '/v2/'],
    ['/third/a?b=c', '/v3/a?b=c'],
    ['/third/?b=c', '/v3?b=c'],
    ['/a?b', '/v4/a?b', 'all.example'],
    ['/', '/v4', 'all.example'],
    ['/exact?a', '/exact?a'],
    ['/exact/a?c=d', '/b?c=d'],
    ['/regex/a/b', '/regex/a/b'],
    // A backslash is no reference to a group; the next hop makes it a slash.
    ['/regexes/a?c=d', '/a/1b?c=d'],
    ['/whole/a/b?c', '/b?c'],
  ])('sends %s as %s', async (path, expected, asked = 'example.org') => {
    const { name, path: arrived, host } = await seen(path, asked);
    expect([name, arrived, host]).toEqual(['shop', expected, 'shop.local']);
  });

  it('keeps the host where the rewrite is switched off, and its own header to itself', async () => {
    for (const host of ['example.org', 'example.org:8080', 'shop.local', 'any.local']) {
      const request = await seen('/kept/a', host);
      expect([request.name, request.path, request.host]).toEqual(['shop', '/a', host]);
      expect(request.headers).not.toHaveProperty('x-app-mesh-virtual-service');
    }
  });

  it('sends a request to the service of its route, whatever host or header it comes with', async () => {
    expect((await seen('/cart', 'shop.local')).name).toBe('cart');
    expect((await seen('/kept', 'cart.local', { 'x-app-mesh-virtual-service': 'cart.local' })).name).toBe('shop');
    expect((await seen('/default/cart', 'x', { 'x-app-mesh-virtual-service': 'cart.local' })).name).toBe('shop');
  });

  it('has no answer of another service for what the routes of its own do not match', async () => {
    expect((await ask('/other-cart', 'shop.local')).status).toBe(404);
    expect((await ask('/other-cart', 'example.org')).status).toBe(404);
  });

  it.each([
    ['/hosts', 'example.org', 'any'],
    ['/hosts', 'www.example.com', 'exact'],
    ['/hosts', 'WWW.example.COM', 'exact'],
    ['/hosts', 'www.example.com:8080', 'exact'],
    ['/hosts', 'www.example.com:81', 'ported'],
    ['/hosts', 'api.example.com', 'suffix'],
    ['/hosts', 'api.example.com:443', 'suffix'],
    ['/hosts', 'example.com', 'suffix'],
    ['/hosts', 'a.shop.example.com', 'longer'],
    ['/hosts', 'example.com.org', 'any'],
    ['/hosts/first', 'www.example.com', 'first'],
  ])('sends %s of %s to %s', async (path, host, name) => {
    expect((await seen(path, host)).name).toBe(name);
  });
});
