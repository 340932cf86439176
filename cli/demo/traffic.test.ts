// What counts as an answer and what as a failed request, against small servers.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, startTraffic } from './traffic.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

describe('a request', () => {
  it('gives the color that answered', async () => {
    expect(await ask(await serve((_, response) => response.end('blue')))).toBe('blue');
  });

  it('fails with what came instead', async () => {
    const url = await serve((_, response) => response.writeHead(503).end('no healthy upstream'));
    await expect(ask(url)).rejects.toThrow('503: no healthy upstream');
    await expect(ask(await serve((_, response) => response.end('green')))).rejects.toThrow('200: green');
    await expect(ask(await serve((request) => request.socket.destroy()))).rejects.toThrow();
  });
});

describe('traffic', () => {
  it('counts what it asked for since the mark, and everything', async () => {
    let color = 'red';
    const traffic = startTraffic(await serve((_, response) => response.end(color)));
    try {
      await vi.waitFor(() => expect(traffic.sinceMark()).toEqual({ red: 1, blue: 0 }), 20_000);
      color = 'blue';
      traffic.mark();
      expect(traffic.sinceMark()).toBeUndefined();
      await vi.waitFor(() => expect(traffic.sinceMark()).toEqual({ red: 0, blue: 1 }), 20_000);
    } finally {
      await traffic.stop();
    }
    const { red, blue, failed } = traffic.counted();
    expect(red).toBeGreaterThanOrEqual(100);
    expect(blue).toBeGreaterThanOrEqual(100);
    expect(failed).toBe(0);
  });

  it('counts a failed request and remembers the first', async () => {
    let requests = 0;
    const traffic = startTraffic(await serve((_, response) => response.writeHead(500).end(`${++requests}`)));
    await vi.waitFor(() => expect(traffic.counted().failed).toBeGreaterThan(0), 20_000);
    await traffic.stop();
    expect(traffic.firstFailure()).toMatch(/^500: /);
    expect(traffic.counted()).toEqual({ red: 0, blue: 0, failed: requests });
  });
});
