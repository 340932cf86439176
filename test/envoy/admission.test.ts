// Who may open a stream, asked of a whole Heddle over real connections. Every refusal has App Mesh's gRPC status and a
// message that says what is wrong, and leaves the process as it was.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import type { StatusObject } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSigningKey, type SigningKey } from '#identity/signing-key.ts';
import { createIssuer, type TokenRequest } from '#identity/token.ts';
import { type SimulatedEnvoy, type SimulatedEnvoyOptions, simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';
import { account, type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, node, nodeId } from './fixture/documents.ts';
import { eventually } from './fixture/eventually.ts';
import { signedMetadata } from './fixture/signature.ts';
import { useStage } from './fixture/stage.ts';

const arn = (name: string, owner = account): string => `arn:aws:appmesh:${region}:${owner}:mesh/m/virtualNode/${name}`;
const other = { accountId: '111122223333', accessKeyId: 'OTHER', secretAccessKey: 'other-secret' };
const poor = { accountId: account, accessKeyId: 'POOR', secretAccessKey: 'poor-secret' };
const rich = { accountId: account, accessKeyId: 'RICH', secretAccessKey: 'rich-secret' };

const allow = (resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'appmesh:*', Resource: resource }],
});
const entry = (keys: typeof other, name: string, resource: string) => ({
  ...keys,
  arn: `arn:aws:iam::${keys.accountId}:user/${name}`,
  policies: [allow(resource)],
});

describe('admission', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let key: SigningKey;
  let strangersKey: SigningKey;
  let open: SimulatedEnvoy[] = [];

  beforeAll(async () => {
    const credentials = join(stage.folder(), 'credentials.json');
    const entries = [entry(rich, 'rich', '*'), entry(poor, 'poor', arn('b')), entry(other, 'other', '*')];
    writeFileSync(credentials, JSON.stringify(entries), { mode: 0o600 });
    heddle = await startHeddle(stage, { HEDDLE_CREDENTIALS_FILE: credentials, HEDDLE_ENVOYS_PER_NODE: '1' }, rich);
    await apply(heddle.mesh, mesh(), node('a', {}), node('b', {}));
    key = await openSigningKey(heddle.dataDirectory);
    strangersKey = await openSigningKey(stage.folder());
  });

  /** A stream with these credentials that makes a first request. */
  function envoy(options: SimulatedEnvoyOptions): SimulatedEnvoy {
    const stream = simulateEnvoy(heddle.streamer, { node: nodeId('a'), ...options });
    open.push(stream);
    stream.say('listener');
    return stream;
  }
  const refusal = async (options: SimulatedEnvoyOptions): Promise<Pick<StatusObject, 'code' | 'details'>> => {
    const { code, details } = await envoy(options).status;
    return { code, details };
  };
  const served = async (options: SimulatedEnvoyOptions): Promise<void> => {
    const stream = envoy(options);
    // A stream that is ended instead shows how.
    expect(await Promise.race([stream.hear(), stream.status])).toHaveProperty('type', 'listener');
  };
  const token = async (parts: Partial<TokenRequest> = {}, signedBy = key): Promise<string> => {
    const request = { resource: arn('a'), accountId: account, principal: 'test', lifetimeSeconds: 60, now: Date.now() };
    return (await createIssuer(signedBy).issue({ ...request, ...parts })).token;
  };
  const bearer = (text: string): SimulatedEnvoyOptions => ({ metadata: { authorization: `Bearer ${text}` } });
  const signed = async (keys: typeof other, at = new Date()): Promise<SimulatedEnvoyOptions> => ({
    metadata: await signedMetadata(keys, heddle.streamer, at),
  });

  beforeEach(() => {
    open = [];
  });
  afterEach(async () => {
    for (const stream of open) stream.close();
    // What was refused or has left takes nobody's place, and the process goes on.
    await eventually(async () => {
      await served(bearer(await token()));
    });
    for (const stream of open) stream.close();
    await eventually(() => {
      const count = (wanted: string): number => heddle.events.filter(({ kind }) => kind === wanted).length;
      expect(count('closed')).toBe(count('opened'));
    });
    expect(heddle.troubles).toEqual([]);
  });

  it('refuses a stream without credentials, in raw words', async () => {
    const trailers = await rawTrailers(heddle.streamer);
    expect(trailers).toMatchObject({ 'grpc-status': '16', 'grpc-message': 'Missing Authentication Token' });
    expect(await refusal({})).toEqual({ code: 16, details: 'Missing Authentication Token' });
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['garbage', async () => 'garbage', /not a token/],
    ['expired', () => token({ now: Date.now() - 3_600_000 }), /expired at \d{4}-/],
    ['of a foreign key', () => token({}, strangersKey), /key that is not known/],
    ['altered', async () => altered(await token(), { sub: arn('b') }), /signature/],
    ['with a changed signature', async () => (await token()).replace(/.{8}$/, 'AAAAAAAA'), /signature/],
  ])('refuses a token that is %s', async (_, issue, words) => {
    const text = await issue();
    const before = heddle.events.length;
    expect(await refusal(bearer(text))).toEqual({ code: 16, details: expect.stringMatching(words) });
    const told = heddle.events.slice(before).filter(({ kind }) => kind === 'refused');
    expect(told).toMatchObject([{ code: 16, message: expect.stringMatching(words) }]);
    for (const part of text.split('.')) expect(JSON.stringify(heddle.events)).not.toContain(part);
  });

  it('refuses a token for another node', async () => {
    const details = `The token is for ${arn('b')}, not for the node id '${nodeId('a')}'`;
    expect(await refusal(bearer(await token({ resource: arn('b') })))).toEqual({ code: 7, details });
  });

  // Whatever it is: what a token does not name is not for its holder to ask about.
  it.each([
    arn('a', other.accountId),
    arn('a').replace(region, 'eu-west-1'),
    arn('nobody'),
    `mesh/m@${other.accountId}/virtualNode/a/b`,
    'mesh/m/virtualNode/nobody',
    'mesh/m/virtualRouter/a',
    'mesh/m',
    'garbage',
    '',
  ])('refuses a token with the node id `%s`', async (node) => {
    const details = `The token is for ${arn('a')}, not for the node id '${node}'`;
    expect(await refusal({ node, ...bearer(await token()) })).toEqual({ code: 7, details });
  });

  it('tells in the log who asked', async () => {
    const before = heddle.events.length;
    await served(bearer(await token({ principal: 'arn:aws:iam::000000000000:user/tess' })));
    await refusal(await signed(poor));
    const asked = heddle.events.slice(before).map(({ kind, accountId, caller }) => ({ kind, accountId, caller }));
    expect(asked).toContainEqual({ kind: 'opened', accountId: account, caller: `arn:aws:iam::${account}:user/tess` });
    expect(asked).toContainEqual({ kind: 'refused', accountId: account, caller: `arn:aws:iam::${account}:user/poor` });
  });

  it.each(['', 'a', 'mesh/m', 'mesh/m/virtualRouter/a', 'arn:aws:appmesh:us-east-1:1:mesh/m'])(
    'knows no node id of the form `%s`',
    async (node) => {
      expect(await refusal({ ...(await signed(rich)), node })).toMatchObject({ code: 3 });
    },
  );

  it.each(['mesh/m/virtualNode/nobody', 'mesh/nowhere/virtualNode/a', arn('nobody')])('knows no %s', async (node) => {
    const details = expect.stringMatching(/^There is no virtualNode\/\w+ in mesh \w+$/);
    expect(await refusal({ ...(await signed(rich)), node })).toEqual({ code: 3, details });
  });

  it.each([nodeId('a'), arn('a'), `mesh/m@${account}/virtualNode/a`])('takes a signature for %s', async (node) => {
    await served({ ...(await signed(rich)), node });
  });

  it('refuses signatures that are wrong', async () => {
    expect(await refusal(await signed({ ...rich, secretAccessKey: 'guess' }))).toMatchObject({ code: 16 });
    expect(await refusal(await signed({ ...rich, accessKeyId: 'NOBODY' }))).toMatchObject({ code: 16 });
    expect(await refusal(await signed(rich, new Date(Date.now() - 3_600_000)))).toMatchObject({ code: 16 });
  });

  it("holds the caller's policies", async () => {
    expect(await refusal(await signed(poor))).toEqual({
      code: 7,
      details: `arn:aws:iam::${account}:user/poor is not authorized to perform appmesh:StreamAggregatedResources on ${arn('a')}`,
    });
    await served({ ...(await signed(poor)), node: nodeId('b') });
  });

  it("opens no other account's mesh, and tells nothing of what is in it", async () => {
    for (const name of ['a', 'nobody']) {
      for (const node of [arn(name), `mesh/m@${account}/virtualNode/${name}`]) {
        const refused = await refusal({ ...(await signed(other)), node });
        expect(refused).toEqual({ code: 7, details: expect.stringContaining('has no access to the mesh m') });
      }
    }
    const resource = arn('a', other.accountId);
    const stolen = bearer(await token({ resource, accountId: other.accountId }));
    expect(await refusal({ ...stolen, node: `mesh/m@${account}/virtualNode/a` })).toMatchObject({ code: 7 });
    // Its own mesh of that name does not exist.
    expect(await refusal({ ...(await signed(other)), node: nodeId('a') })).toMatchObject({ code: 3 });
  });

  it('holds the quota of Envoys for each node', async () => {
    await served(bearer(await token()));
    expect(await refusal(bearer(await token()))).toEqual({
      code: 8,
      details: 'virtualNode/a of mesh m has 1 Envoys, the most that are allowed',
    });
    const b = bearer(await token({ resource: arn('b') }));
    await served({ node: nodeId('b'), ...b });
  });

  it.each(['delta', 'sotw'] as const)('survives what is no protobuf, in %s', async (mode) => {
    const stream = simulateEnvoy(heddle.streamer, { mode, ...bearer(await token()) });
    open.push(stream);
    stream.babble(Buffer.from('ffffffffffffffff', 'hex'));
    expect((await stream.status).code).not.toBe(0);
    const later = envoy({ mode, ...bearer(await token()) });
    await later.hear();
    later.babble(Buffer.from('0aff', 'hex'));
    expect((await later.status).code).not.toBe(0);
  });

  it('is silent about types that are not served', async () => {
    const stream = envoy(bearer(await token()));
    const first = await stream.hear();
    stream.say('type.googleapis.com/envoy.service.runtime.v3.Runtime');
    stream.ack(first);
    stream.say('cluster');
    expect((await stream.hear()).type).toBe('cluster');
  });
});

/** The token with other claims under its signature. */
function altered(token: string, claims: object): string {
  const [head, body = '', signature] = token.split('.');
  const before = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  return [head, Buffer.from(JSON.stringify({ ...before, ...claims })).toString('base64url'), signature].join('.');
}

/** What a stream without metadata is ended with, as it stands on the wire. */
function rawTrailers(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    session.on('error', reject);
    const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    stream.on('error', reject);
    stream.on('response', (answered) => {
      resolve(answered);
      stream.close();
      session.close();
    });
  });
}
