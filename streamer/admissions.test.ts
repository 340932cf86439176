// Admission to a shared mesh: an Envoy is what its own account owns, as long as that account may use the mesh and its
// caller may be it. Whatever ends that ends its stream, with a status that says what.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Event } from '#events/event.ts';
import type { ResourceRef } from '#events/names.ts';
import { accountStream, meshStream, systemStream } from '#events/names.ts';
import type { Membership } from '#events/organization.ts';
import type { EventStore } from '#events/store.ts';
import { membershipWriter } from '#functions/organization/membership.ts';
import { createIssuer, type TokenRequest } from '#identity/token.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { type Document, mesh, meshName, node } from '#test/given/documents.ts';
import { createStreamer, type Streamer } from './main.ts';
import { type SimulatedEnvoy, simulateEnvoy } from './xds/simulated-envoy.ts';
import type { StreamEvent } from './xds/status.ts';

const owner = '111111111111';
const consumer = '222222222222';
const other = '333333333333';
const region = 'us-east-1';
const arn = (name = 'blue', account = consumer) =>
  `arn:aws:appmesh:${region}:${account}:mesh/${meshName}/virtualNode/${name}`;
const at = (name = 'blue', account = owner) => `mesh/${meshName}@${account}/virtualNode/${name}`;

const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
const issuer = createIssuer({ kid: 'k', privateKey, publicJwk: jwk });

let log: EventStore;
let streamer: Streamer;
let address: string;
let events: StreamEvent[];
/** Of a caller's policies, by the tags of the resource. */
let mayBe: (tags: readonly { readonly key: string }[]) => boolean;
const envoys: SimulatedEnvoy[] = [];

beforeEach(async () => {
  log = memoryEventStore();
  events = [];
  mayBe = () => true;
  await happens(systemStream, { type: 'SigningKeyAdded', kid: 'k', publicKey: jwk as Record<string, string> });
  await happens(inMesh(), made(mesh(), owner), made(node('red'), owner), granting(consumer));
  await happens(inMesh(), made(node('blue'), consumer));
  await happens(accountStream(consumer), { type: 'MeshOffered', meshOwner: owner, meshName });
  streamer = await createStreamer({
    events: log,
    views: memoryViewStore({ now: Date.now }),
    region,
    now: Date.now,
    task: randomUUID(),
    signatures: {
      verify: async ({ metadata }) => ({ caller: { accountId: String(metadata.account), arn: 'signer' } }),
      mayBe: async (_caller, { tags }) => mayBe(tags),
    },
    envoysPerNode: 0,
    onEvent: (event) => void events.push(event),
    onTrouble: (what, trouble) => {
      throw new Error(what, { cause: trouble });
    },
  });
  [address = ''] = await streamer.listen(['127.0.0.1:0']);
});
afterEach(async () => {
  for (const envoy of envoys.splice(0)) envoy.close();
  await streamer.close(0);
});

const inMesh = (account = owner) => meshStream(account, meshName);
const made = ({ ref, spec }: Document, account: string): Event => ({
  type: 'ResourceCreated',
  ...{ ref, spec, owner: account, uid: randomUUID(), tags: [] },
});
const deleted = (ref: ResourceRef): Event => ({ type: 'ResourceDeleted', ref, uid: 'any', version: 2 });
const granting = (...principals: readonly string[]): Event => ({
  type: 'MeshAccessChanged',
  shares: [{ share: 's', principals }],
});

async function happens(stream: string, ...happened: readonly Event[]): Promise<void> {
  const version = (await log.read(stream, 1)).length + 1;
  const base = { id: randomUUID(), stream, version, time: version, schema: 1, requestId: 'test' };
  await log.append([{ ...base, actor: { accountId: owner, arn: 'test' }, events: happened }]);
}

function connect(nodeId: string, metadata: Readonly<Record<string, string>>): SimulatedEnvoy {
  const envoy = simulateEnvoy(address, { node: nodeId, metadata });
  envoys.push(envoy);
  envoy.say('cluster');
  return envoy;
}
const signed = (nodeId = at(), account = consumer) =>
  connect(nodeId, { authorization: 'AWS4-HMAC-SHA256 signed', account });
async function holding(parts: Partial<TokenRequest> = {}, nodeId = at()): Promise<SimulatedEnvoy> {
  const request = { resource: arn(), accountId: consumer, meshOwner: owner, principal: 'p', lifetimeSeconds: 60 };
  const { token } = await issuer.issue({ ...request, now: Date.now(), ...parts });
  return connect(nodeId, { authorization: `Bearer ${token}` });
}
const ended = async (envoy: SimulatedEnvoy) => {
  const { code, details } = await envoy.status;
  return [code, details];
};
const noAccess = `Account ${consumer} has no access to the mesh ${meshName} of account ${owner}`;

describe('as a resource of its own account', () => {
  test.each([at(), arn(), `mesh/${meshName}/virtualNode/blue`])(
    'a signed Envoy is let in by the node id %s',
    async (id) => {
      await signed(id).hear();
    },
  );

  test.each([at(), arn(), `mesh/${meshName}/virtualNode/blue`])('a token is good for the node id %s', async (id) => {
    await (await holding({}, id)).hear();
  });

  test("never as the owner's or another consumer's, nor the owner as a consumer's", async () => {
    await happens(inMesh(), granting(consumer, other));
    expect(await ended(signed(at('red')))).toEqual([7, `The virtualNode red is owned by account ${owner}`]);
    expect(await ended(signed(at(), other))).toEqual([7, `The virtualNode blue is owned by account ${consumer}`]);
    expect(await ended(signed(at(), owner))).toEqual([7, `The virtualNode blue is owned by account ${consumer}`]);
  });

  test('not in another mesh of that name than its token is for', async () => {
    await happens(inMesh(other), made(mesh(), other), granting(consumer));
    await happens(inMesh(other), made(node('blue'), consumer));
    expect(await ended(await holding({}, at('blue', other)))).toMatchObject([
      7,
      expect.stringContaining('not for the node id'),
    ]);
    await (await holding({ meshOwner: other }, at('blue', other))).hear();
    await happens(accountStream(consumer), { type: 'MeshOffered', meshOwner: other, meshName });
    const meant = `${at('blue', owner)} or ${at('blue', other)}`;
    expect(await ended(signed(arn()))).toEqual([3, `The node id must say whose mesh it means: ${meant}`]);
    await happens(inMesh(consumer), made(mesh(), consumer), made(node('blue'), consumer));
    await signed(arn()).hear();
    expect(events.findLast(({ kind }) => kind === 'opened')).toMatchObject({
      resource: `${inMesh(consumer)}/virtualNode/blue`,
    });
  });
});

describe('when the share ends', () => {
  test('the streams of the former consumer end with 7, and all others go on', async () => {
    const [one, two] = [signed(), await holding()];
    const red = signed(at('red'), owner);
    await Promise.all([one, two, red].map((envoy) => envoy.hear()));
    await happens(inMesh(), granting(other));
    expect(await ended(one)).toEqual([7, noAccess]);
    expect(await ended(two)).toEqual([7, noAccess]);
    expect(await ended(await holding())).toEqual([7, noAccess]);
    expect(await ended(signed(arn()))).toEqual([7, noAccess]);
    expect(events.filter(({ kind }) => kind === 'closed')).toMatchObject([
      { code: 7, message: noAccess },
      { code: 7, message: noAccess },
    ]);
    red.say('listener');
    expect((await red.hear()).type).toBe('listener');
  });

  test('a share made again lets them in again', async () => {
    const envoy = signed();
    await envoy.hear();
    await happens(inMesh(), granting());
    await envoy.status;
    await happens(inMesh(), granting(other, consumer));
    await signed().hear();
  });

  test('nothing of the new configuration reaches who is cut off', async () => {
    const envoy = signed();
    await envoy.hear();
    const { ref, spec } = node('blue', 'any.local');
    await happens(inMesh(), { type: 'ResourceUpdated', ref, uid: 'any', version: 2, spec }, granting());
    expect(await ended(envoy)).toEqual([7, noAccess]);
    expect(envoy.unheard()).toBe(0);
  });
});

describe('inside an organization', () => {
  const told: Membership = { id: 'o-a', units: [], accounts: [owner, consumer], sharingEnabled: true };
  const organize = (membership: Membership) =>
    membershipWriter({ events: log, id: randomUUID, now: Date.now }).write(membership);
  const everybody = granting('arn:aws:organizations::999999999999:organization/o-a');

  beforeEach(() => organize(told));

  test('an Envoy stays as long as its account is in it', async () => {
    const envoy = signed();
    await envoy.hear();
    await happens(inMesh(), everybody);
    envoy.say('listener');
    expect((await envoy.hear()).type).toBe('listener');
    await organize({ ...told, accounts: [owner] });
    expect(await ended(envoy)).toEqual([7, noAccess]);
    await organize(told);
    await signed().hear();
  });

  test('its member who owns nothing is told what is not there', async () => {
    await organize({ ...told, accounts: [owner, consumer, other] });
    await happens(inMesh(), everybody);
    expect(await ended(signed(at('nobody'), other))).toEqual([3, `There is no virtualNode/nobody in mesh ${meshName}`]);
  });
});

describe('when what it is changes', () => {
  test('the stream ends with 3 once the node is deleted', async () => {
    const envoy = signed();
    await envoy.hear();
    await happens(inMesh(), deleted(node('blue').ref));
    expect(await ended(envoy)).toEqual([3, `There is no virtualNode/blue in mesh ${meshName} any more`]);
    expect(envoy.unheard()).toBe(0);
  });

  test('and once the mesh is', async () => {
    const envoy = signed();
    await envoy.hear();
    const rest = [node('blue').ref, node('red').ref, mesh().ref];
    await happens(inMesh(), ...rest.map(deleted));
    expect(await ended(envoy)).toMatchObject([3, expect.stringContaining('any more')]);
  });

  test('and with 7 when another account made the node anew meanwhile', async () => {
    const envoy = signed();
    await envoy.hear();
    await happens(inMesh(), granting(consumer, other), deleted(node('blue').ref), made(node('blue'), other));
    expect(await ended(envoy)).toEqual([7, `The virtualNode blue is owned by account ${other}`]);
  });

  test('and with 7 when its tags are none that its caller may be any more', async () => {
    mayBe = (tags) => !tags.some(({ key }) => key === 'closed');
    const envoy = signed();
    await envoy.hear();
    await happens(inMesh(), { type: 'TagsChanged', ref: node('blue').ref, tags: [{ key: 'closed', value: 'yes' }] });
    expect(await ended(envoy)).toMatchObject([7, expect.stringContaining('is not authorized to perform')]);
    await vi.waitFor(() => expect(events.filter(({ kind }) => kind === 'closed')).toHaveLength(1));
  });
});
