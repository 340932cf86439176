// Which of several routes takes a request, and how routes share requests by weight, through a real Envoy.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { type Seen, startHttp } from '../fixture/application.ts';
import { type Question, request } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, node, routed } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const names = ['a', 'b', 'c', 'd', 'e'] as const;
const color = { name: 'color' };

describe.skipIf(envoyPath() === undefined)('routes', () => {
  const stage = useStage();
  let envoy: PlacedEnvoy;

  beforeAll(async () => {
    const nodes = await Promise.all(names.map(async (name) => node(name, await startHttp(stage, name))));
    const documents = [
      ...nodes,
      // By name they stand in the opposite order.
      ...routed('specific', {
        a: { match: { prefix: '/' }, to: { a: 1 } },
        b: { match: { prefix: '/x' }, to: { b: 1 } },
        c: { match: { prefix: '/x', headers: [color] }, to: { c: 1 } },
        d: { match: { path: { regex: '/x/.*' } }, to: { d: 1 } },
        e: { match: { path: { exact: '/x/y' } }, to: { e: 1 } },
      }),
      ...routed('priority', {
        a: { match: { path: { exact: '/x' } }, to: { a: 1 } },
        b: { match: { prefix: '/x' }, to: { b: 1 }, priority: 1000 },
        c: { match: { prefix: '/' }, to: { c: 1 }, priority: 1 },
        d: { match: { prefix: '/', headers: [color] }, to: { d: 1 }, priority: 0 },
      }),
      ...routed('alike', { b: { to: { b: 1 } }, a: { to: { a: 1 } } }),
      ...routed('weighted', { all: { to: { a: 80, b: 20, c: 0 } } }),
      ...routed('nobody', { none: { match: { prefix: '/x' }, to: { a: 0 } }, all: { to: { b: 1 } } }),
    ];
    const services = ['specific', 'priority', 'alike', 'weighted', 'nobody'];
    envoy = await startPlaced(
      stage,
      [...documents, client('front', services)],
      'virtualNode/front',
      [],
      ['virtualRouter/nobody/route/none'],
    );
  });

  const ask = (host: string, asked: Partial<Question> = {}) =>
    request({ host: envoy.address, port: envoy.egressPort, ...asked, headers: { host, ...asked.headers } });
  async function taker(host: string, path = '/', headers = {}): Promise<string> {
    const { status, body } = await ask(host, { path, headers });
    expect(status, body).toBe(200);
    return (JSON.parse(body) as Seen).name;
  }

  it.each([
    ['/x/y', 'e'],
    ['/x/z', 'd'],
    ['/x', 'b'],
    ['/', 'a'],
  ])('are tried by how specific they are: %s', async (path, name) => {
    expect(await taker('specific', path)).toBe(name);
  });

  it('are tried by how much they ask for, where their paths are alike', async () => {
    expect(await taker('specific', '/x', { color: 'red' })).toBe('c');
  });

  it('are tried by priority before all else, those without one last', async () => {
    expect(await taker('priority', '/x', { color: 'red' })).toBe('d');
    expect(await taker('priority', '/x')).toBe('c');
  });

  it('that are alike are tried by name', async () => {
    expect(await taker('alike')).toBe('a');
  });

  it('share requests by weight', async () => {
    const total = 1500;
    const counts = new Map<string, number>();
    for (let sent = 0; sent < total; sent += 1) {
      const name = await taker('weighted');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // Six standard deviations of a binomial distribution: one run in 500 million is outside.
    const bound = 6 * Math.sqrt(total * 0.8 * 0.2);
    expect(Math.abs((counts.get('a') ?? 0) - total * 0.8)).toBeLessThan(bound);
    expect((counts.get('a') ?? 0) + (counts.get('b') ?? 0)).toBe(total);
  });

  it('whose targets all weigh nothing keep their requests and fail them', async () => {
    expect((await ask('nobody', { path: '/x' })).status).toBe(503);
    expect(await taker('nobody', '/')).toBe('b');
  });
});
