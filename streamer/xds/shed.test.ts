// A stream that is sent elsewhere ends well, and its client comes back on another connection.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials, type StatusObject } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import { DeltaDiscoveryRequest } from '../gen/envoy/service/discovery/v3/discovery.ts';
import type { Refused } from './admission.ts';
import { createView } from './fixture.ts';
import { typeUrls } from './order.ts';
import { createXdsServer, type XdsServer } from './server.ts';
import { type SimulatedEnvoy, simulateEnvoy } from './simulated-envoy.ts';

const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const view = createView();
let server: XdsServer;
let client: Client;
const envoys: SimulatedEnvoy[] = [];

let withdrawn: Refused | undefined;

async function start(): Promise<string> {
  withdrawn = undefined;
  server = createXdsServer({
    admission: { admit: async ({ node }) => ({ resource: node.id, view, withdrawn: () => withdrawn, release() {} }) },
  });
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  return address;
}

/** A stream of one client, which keeps its connection for the next. */
function open(): Promise<StatusObject> {
  const same = (bytes: Buffer) => bytes;
  const call = client.makeBidiStreamRequest(path, same, same);
  call.on('data', () => {});
  call.on('error', () => {});
  const request = { typeUrl: typeUrls.cluster, node: { id: 'mesh/m/virtualNode/a' } };
  call.write(Buffer.from(DeltaDiscoveryRequest.encode(DeltaDiscoveryRequest.fromPartial(request)).finish()));
  return new Promise((resolve) => void call.on('status', resolve));
}

function withdraw(): void {
  withdrawn = { code: 7, message: 'No more' };
  server.review('mesh/m/virtualNode/a');
}

afterEach(async () => {
  client?.close();
  for (const envoy of envoys.splice(0)) envoy.close();
  await server.close(0);
});

test.each([
  { how: 'sent elsewhere', end: () => server.shed(), code: 0, elsewhere: true },
  { how: 'only ended', end: withdraw, code: 7, elsewhere: false },
])('who is $how comes back on another connection: $elsewhere', async ({ end, code, elsewhere }) => {
  client = new Client(await start(), credentials.createInsecure());
  const first = open();
  await vi.waitFor(() => expect(server.streams()).toHaveLength(1));
  const [before] = server.streams();
  end();
  expect((await first).code).toBe(code);
  withdrawn = undefined;
  // The client learns of its connection's end right before that of its stream.
  await pause(20);
  void open();
  await vi.waitFor(() => expect(server.streams()).toHaveLength(1));
  expect(server.streams()[0]?.peer !== before?.peer).toBe(elsewhere);
});

test('one goes at a time, and nobody who was not admitted', async () => {
  const address = await start();
  server.shed();
  for (const node of ['mesh/m/virtualNode/a', 'mesh/m/virtualNode/b', 'mesh/m/virtualNode/c']) {
    const envoy = simulateEnvoy(address, { node });
    envoy.say('cluster');
    envoys.push(envoy);
  }
  await vi.waitFor(() => expect(server.streams()).toHaveLength(3));
  server.shed();
  expect(server.streams()).toHaveLength(2);
  const ended = await Promise.race(envoys.map(({ status }) => status));
  expect(ended.code).toBe(0);
});
