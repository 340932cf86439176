// What a load balancer asks on the same port.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { createXdsServer } from './server.ts';

const service = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

test('health is told by service, and that it is over', async () => {
  const server = createXdsServer({ admission: { admit: async () => ({ code: 7, message: 'nobody' }) } });
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  const client = new Client(address, credentials.createInsecure());
  const request = (name: string) =>
    name === '' ? Buffer.alloc(0) : Buffer.from([0x0a, name.length, ...Buffer.from(name)]);
  const bytes = (value: Buffer) => value;
  const check = (name: string) =>
    new Promise<string>((resolve) => {
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', request, bytes, name, (error, answer) =>
        resolve(error ? `status ${error.code}` : `serving ${answer?.[1]}`),
      );
    });
  expect(await check('')).toBe('serving 1');
  expect(await check(service)).toBe('serving 1');
  expect(await check('other')).toBe('status 5');
  const seen: number[] = [];
  const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', request, bytes, '');
  watch.on('data', (answer: Buffer) => seen.push(answer[1] ?? 0));
  const ended = new Promise((resolve) => watch.on('end', resolve));
  while (seen.length === 0) await pause(2);
  await server.close();
  await ended;
  expect(seen).toEqual([1, 2]);
  client.close();
});
