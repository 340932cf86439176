// The HTTP door under nonsense from a fixed seed: bytes, JSON, paths, headers, queries, bodies that are too large or too
// slow. No answer is a 500, nothing is logged as unforeseen, the process lives and its memory does not grow.
// HEDDLE_FUZZ_SECONDS is how long; the order is always the same.

import { Agent, request as httpRequest } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { principals } from '#test/suites/api/principals.ts';
import { startWatched, type WatchedServer } from './fuzz-server.ts';
import { bytes, type SignedNonsense, signedNonsense } from './nonsense.ts';
import { sendBytes, statusesIn } from './raw-socket.ts';

const seconds = Number(process.env.HEDDLE_FUZZ_SECONDS ?? 60);
const seed = 20190125;
/** Far above what the garbage collector leaves lying about, far below what a leak of these requests would make. */
const mostGrowth = 150;
const slowOnes = 40;
const large = 10 * 1024 * 1024;
const patient = { patienceMs: 20_000 };

describe('the HTTP door', () => {
  let server: WatchedServer;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  beforeAll(async () => {
    server = await startWatched();
  });
  afterAll(async () => {
    agent.destroy();
    await server.close();
  });

  const signer = new SignatureV4({
    service: 'appmesh',
    region: 'us-east-1',
    credentials: principals.owner,
    sha256: Sha256,
  });

  /** The status of the answer; 0 when Node's own client will not write the request or the connection ends. */
  async function send({ method, path, query, headers, body }: SignedNonsense): Promise<number> {
    const { hostname, port, host } = new URL(server.endpoint);
    const to = { protocol: 'http:', hostname, port: Number(port) };
    const plain = new HttpRequest({ ...to, method, path, query: { ...query }, headers: { ...headers, host }, body });
    const signed = await signer.sign(plain);
    const encoded = Object.entries(query).map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())));
    const target = `${path}${encoded.length > 0 ? `?${encoded.map((pair) => pair.join('=')).join('&')}` : ''}`;
    return new Promise((resolve) => {
      try {
        const sent = httpRequest({ ...to, agent, method, path: target, headers: signed.headers }, (response) => {
          response.resume().on('close', () => resolve(response.statusCode ?? 0));
        });
        sent.on('error', () => resolve(0)).end(body);
      } catch {
        resolve(0);
      }
    });
  }

  const well: SignedNonsense = { method: 'GET', path: '/v20190125/meshes', query: {}, headers: {} };
  const put = (body: string): SignedNonsense => ({ ...well, method: 'PUT', body });
  const inHundreds = (round: number) => ({ seed: seed + round, numRuns: 100 });

  /** How many of the signed requests were answered with each status. */
  const tally = new Map<number, number>();
  const countOf = (...statuses: readonly number[]) => statuses.reduce((sum, one) => sum + (tally.get(one) ?? 0), 0);

  async function roundOf(round: number): Promise<readonly string[]> {
    const faults: string[] = [];
    const judge = (what: unknown, statuses: readonly number[]) => {
      if (statuses.some((status) => status >= 500))
        faults.push(`round ${round}: ${statuses} for ${JSON.stringify(what)}`);
    };
    const requests = fc.sample(signedNonsense, inHundreds(round));
    await Promise.all(
      requests.map(async (one) => {
        const status = await send(one);
        tally.set(status, (tally.get(status) ?? 0) + 1);
        judge(one, [status]);
      }),
    );
    const garbage = fc.sample(bytes, { ...inHundreds(round), numRuns: 20 });
    await Promise.all(
      garbage.map(async (parts) => judge(parts.map(String), statusesIn(await sendBytes(server.endpoint, parts)))),
    );
    return faults;
  }

  test(
    'refuses all nonsense in good order',
    async () => {
      expect(await send({ ...put('{"meshName":"m"}') })).toBe(200);
      const head = `PUT /v20190125/meshes HTTP/1.1\r\nhost: a\r\ncontent-length: ${slowOnes}\r\n\r\n`;
      const slow = Array.from({ length: slowOnes }, (_, index) =>
        sendBytes(server.endpoint, [head, ...Array.from({ length: slowOnes }, () => ' ')], {
          pauseMs: 100 + index * 10,
        }),
      );
      const faults: string[] = [];
      const until = performance.now() + seconds * 1000;
      const warm = performance.now() + (seconds * 1000) / 3;
      let before: number | undefined;
      let rounds = 0;
      while (performance.now() < until && faults.length === 0) {
        faults.push(...(await roundOf(rounds)));
        rounds += 1;
        if (rounds % 10 === 0) {
          expect([400, 413]).toContain(await send(put(`{"meshName":"${'m'.repeat(large)}"}`)));
          const unsigned = `PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: ${large}\r\n\r\n`;
          const statuses = statusesIn(await sendBytes(server.endpoint, [unsigned, Buffer.alloc(large, 32)], patient));
          expect(statuses).toEqual([403]);
        }
        if (before === undefined && performance.now() > warm) before = server.heldMegabytes();
      }
      expect(faults).toEqual([]);
      expect(rounds).toBeGreaterThan(5);
      // Most of it must get past the signature, or it would prove little.
      expect(countOf(200, 400, 404, 409), JSON.stringify([...tally])).toBeGreaterThan(countOf(0, 403));
      expect((await Promise.all(slow)).flatMap(statusesIn).filter((status) => status >= 500)).toEqual([]);
      expect(server.alive()).toBe(true);
      expect(await send(well), 'it still answers').toBe(200);
      expect(server.bugs()).toEqual([]);
      const after = server.heldMegabytes();
      if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(mostGrowth);
    },
    (seconds + 60) * 1000,
  );
});
