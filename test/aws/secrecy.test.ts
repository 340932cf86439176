// The life of certificates on the deployed plane, with ACM as the fake answers and KMS as the emulator does, and then a
// search of all that AWS would keep of it (tables, buckets, logs) for every key and every passphrase that there was.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RenewCertificateCommand } from '@aws-sdk/client-acm';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '#cli/client.ts';
import { account, type FakeAcm, region, startFakeAcm } from '#test/certificates/fake-acm.ts';
import { keySecret, type Secret, textSecret, traces } from '#test/certificates/key-traces.ts';
import { type ToldProxy, toldProxy } from '#test/certificates/told-proxy.ts';
import { apply, mesh, nodeId } from '#test/envoy/fixture/documents.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { deployedCertificates } from './deployed-certificates.ts';
import { deployedControlPlane } from './deployed-control-plane.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { configure } from './lambda-worker.ts';

/** AWS's own source is AWS's alone. */
const source = 'lab.acm';

type Found = (readonly [place: string, bytes: Buffer | string])[];

describe.skipIf(!(await emulatorAvailable()))('keys of certificates, deployed', { timeout: 90_000 }, () => {
  const stage = useStage();
  let fake: FakeAcm;
  let deployment: Deployment;
  let proxy: ToldProxy;
  let secrets: readonly Secret[];
  let kept: Found;

  beforeAll(async () => {
    fake = await startFakeAcm();
    const settings = { LAMBDA_ACCOUNT_CONCURRENCY: '4' };
    deployment = await startDeployment({
      account,
      settings,
      context: { logLevel: 'debug', certificateEvents: source },
    });
    await configure(deployment.functionName('projector'), { HEDDLE_SNAPSHOT_EVERY: '1' });
    const heddle = await deployedControlPlane(stage, deployment, {
      ...(await deployedCertificates(deployment, fake)),
      HEDDLE_LOG_LEVEL: 'trace',
      HEDDLE_NODE_CERTIFICATE_VALIDITY: '4s',
      HEDDLE_CERTIFICATE_OVERLAP: '1s',
    });
    const made = await Promise.all(
      (['EC_prime256v1', 'RSA_2048'] as const).map((kind) =>
        fake.authority.request(account, { names: ['a.local'], kind }),
      ),
    );
    const authority = await fake.authority.createAuthority(account, 'nodes', 'EC_prime256v1');
    const certificates = [...made.map((one) => ('arn' in one ? one.arn : '')), authority.arn];
    await apply(heddle.mesh, mesh());
    const listeners = certificates.map((certificateArn, index) => ({
      portMapping: { port: 8080 + index, protocol: 'http' },
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn } } },
    }));
    const credentials = async () => ({ accessKeyId: account, secretAccessKey: 'test' });
    const client = createClient({ endpoint: new URL(deployment.apiUrl), region, credentials });
    const spec = { listeners, serviceDiscovery: { dns: { hostname: 'a.local' } } };
    const path = '/v20190125/meshes/m/virtualNodes';
    await client.call({ method: 'PUT', path, body: { virtualNodeName: 'server', spec } });
    proxy = toldProxy(heddle.streamer, nodeId('server'), await heddle.token(nodeId('server')), certificates);
    stage.defer(proxy.close);
    // Both of ACM's, and the node's at least three times.
    await eventually(() => expect(proxy.keys().length).toBeGreaterThanOrEqual(5));
    // One that ACM renews, as it tells of that.
    await fake.acm.send(new RenewCertificateCommand({ CertificateArn: certificates[0] }));
    const bridge = new EventBridgeClient();
    const Entries = fake.events.map(({ Resources, ...event }) => ({
      Source: source,
      Resources: [...Resources],
      ...event,
    }));
    await bridge.send(new PutEventsCommand({ Entries }));
    bridge.destroy();
    const renewed = await fake.authority.export(certificates[0] ?? '');
    await eventually(() => expect(proxy.keys()).toContain('key' in renewed && renewed.key));
    proxy.refuseNext((heard) => `Proto constraint validation failed: ${heard}`);
    const before = proxy.keys().length;
    await eventually(() => expect(proxy.keys().length).toBeGreaterThan(before + 1));
    const answers: Found = [];
    for (const asked of ['config', 'config&static=true', 'status', 'history', 'certificates']) {
      const [name = '', more] = asked.split('&');
      const resource = name === 'history' ? 'mesh/m' : nodeId('server');
      const query = { resource, ...(more && { static: 'true' }) };
      const answer = await client.call({ method: 'GET', path: `/heddle/v1/${name}`, query });
      answers.push([`GET ${asked}`, JSON.stringify(answer)]);
    }
    secrets = [
      ...proxy.keys().map((pem, at) => keySecret(`key ${at}`, pem)),
      ...(await fake.keys()).map((pem, at) => keySecret(`key ${at} of ACM`, pem)),
      ...fake.passphrases.map((phrase, at) => textSecret(`passphrase ${at}`, phrase)),
    ];
    await eventually(async () => expect((await inBuckets()).some(isSnapshot)).toBe(true));
    kept = [...answers, ...(await inTables()), ...(await inBuckets()), ...(await inCloudWatch()), ...inFiles()];
  }, 180_000);
  afterAll(async () => {
    fake?.close();
    await deployment?.stop();
  });

  it('reach the proxy that they are for, where the search finds each of them', () => {
    const given = secrets.filter(({ what }) => /^key \d+$/.test(what));
    expect(given.length).toBeGreaterThanOrEqual(7);
    expect(traces(given, [['told', proxy.heard()]])).toHaveLength(given.length);
    expect(fake.passphrases.length).toBeGreaterThanOrEqual(2);
  });

  it('stand in no item, no object, no line of a log and no answer', () => {
    const all = new Set(kept.map(([place]) => place.split(' ')[0]));
    expect(all).toEqual(new Set(['GET', 'heddle', 'heddle-views', 'object', 'log', 'file']));
    // What was sealed and what was refused is among it, and what is shown in place of keys.
    const said = ['dataKey', 'Proto constraint validation failed', 'SHA-256 fingerprint'].map((text) =>
      textSecret(text, text),
    );
    const where = traces(said, kept).map((line) => line.replace(/ [^:]*/, ''));
    for (const one of ['heddle-views: dataKey', 'file: Proto constraint validation failed', 'GET: SHA-256 fingerprint'])
      expect(where).toContain(one);
    expect(traces(secrets, kept)).toEqual([]);
  });

  async function inTables(): Promise<Found> {
    const client = new DynamoDBClient();
    const found: Found = [];
    for (const table of [deployment.table, `${deployment.table}-views`]) {
      for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
        for (const item of Items) {
          for (const [member, { S, N, B }] of Object.entries(item)) {
            found.push([`${table} ${member}`, B === undefined ? (S ?? N ?? '') : Buffer.from(B)]);
          }
        }
      }
    }
    client.destroy();
    return found;
  }

  const isSnapshot = ([place]: Found[number]): boolean =>
    place.startsWith(`object ${deployment.outputs.SnapshotBucket}/`);

  async function inBuckets(): Promise<Found> {
    const client = new S3Client({ forcePathStyle: true });
    const found: Found = [];
    for (const { Name: Bucket } of (await client.send(new ListBucketsCommand({}))).Buckets ?? []) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        for (const { Key } of Contents) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          found.push([`object ${Bucket}/${Key}`, Buffer.from((await Body?.transformToByteArray()) ?? [])]);
        }
      }
    }
    client.destroy();
    return found;
  }

  const inFiles = (): Found =>
    readdirSync(stage.folder())
      .filter((name) => name.endsWith('.log'))
      .map((name) => [`file ${name}`, readFileSync(join(stage.folder(), name))] as const);

  /** By the wire: no other test needs this client. */
  async function logs<A>(operation: string, members: object): Promise<A> {
    const scope = `${account}/20260101/${region}/logs/aws4_request`;
    const answer = await fetch(deployment.emulator.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Logs_20140328.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify(members),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as A;
  }

  async function inCloudWatch(): Promise<Found> {
    type Groups = { readonly logGroups: readonly { readonly logGroupName: string }[] };
    type Lines = { readonly events: readonly { readonly message: string }[] };
    const { logGroups } = await logs<Groups>('DescribeLogGroups', {});
    const found: Found = [];
    for (const { logGroupName } of logGroups) {
      const { events } = await logs<Lines>('FilterLogEvents', { logGroupName });
      found.push([`log ${logGroupName}`, events.map(({ message }) => message).join('\n')]);
    }
    return found;
  }
});
