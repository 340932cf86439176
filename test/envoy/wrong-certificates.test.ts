// What is wrong with a certificate, case by case. The API takes all of them; the report names each, and the other listeners
// and clusters of the same Envoy are served, none of them before its secret is there.
import { beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeRequest, signRequest } from '#certificates/x509.ts';
import { type EnvoyStatus, fleetStatus } from '#cli/fleet-status.ts';
import type { ClientPolicyTls, Listener } from '#events/model/shapes.ts';
import { simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';
import { account, type FakeAcm, type Fault, region, startFakeAcm } from '#test/certificates/fake-acm.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { apply, mesh, nodeId, putNewNode, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { shownSerial } from './fixture/shown-serial.ts';
import { useStage } from './fixture/stage.ts';
import { type TaskAtAcm, tasksAtAcm } from './fixture/tasks-at-acm.ts';

const gone = '00000000-0000-0000-0000-000000000000';

interface Case {
  /** What ACM does when the certificate is exported. */
  readonly fault?: Fault;
  /** What becomes of the ARN before it is named. */
  readonly named?: (arn: string) => string;
  /** What the report says of it; a certificate that nothing is wrong with has no line. */
  readonly reason?: RegExp;
  readonly isServed?: true;
}

const changed = (members: Readonly<Record<string, string>>): Fault => ({
  changes: (answer) => ({ ...answer, ...members }),
});
const cases: Readonly<Record<string, Case>> = {
  missing: { named: (arn) => arn.replace(/[^/]+$/, gone), reason: /ResourceNotFoundException/ },
  'not exportable': { fault: { error: 'ValidationException' }, reason: /ValidationException/ },
  'of another account': { named: (arn) => arn.replace(account, '222222222222'), reason: /is not of .*'s account/ },
  'of another region': { named: (arn) => arn.replace(region, 'eu-west-1'), reason: /is of another region/ },
  'not permitted': { reason: /role\/envoy is not authorized to perform acm:ExportCertificate/ },
  'with the key of another': { reason: /came with a private key that is not the certificate's/ },
  'with a key that is none': {
    fault: changed({ PrivateKey: 'none' }),
    reason: /came with a private key that cannot be/,
  },
  'that cannot be read': {
    fault: changed({ Certificate: 'none', CertificateChain: '' }),
    reason: /holds no certificate in PEM/,
  },
  'that ACM fails to give': { fault: { error: 'InternalFailure', status: 500 }, reason: /cannot be looked up/ },
  expired: { reason: /expired at/, isServed: true },
  // The last, when all others have been reported.
  good: { isServed: true },
};
const names = Object.keys(cases);

describe.skipIf(envoyPath() === undefined)('a certificate', () => {
  const stage = useStage();
  const address = ownAddress();
  const arns = new Map<string, string>();
  const ports = new Map<string, number>();
  let fake: FakeAcm;
  let heddle: TaskAtAcm;
  let server: RunningEnvoy;
  let client: RunningEnvoy;

  const arnOf = (name: string): string => arns.get(name) ?? '';
  const portOf = (name: string): number => ports.get(name) ?? 0;
  const serviceDiscovery = { dns: { hostname: address } };
  const listener = (name: string, certificateArn = arnOf(name)): Listener => ({
    portMapping: { port: portOf(name), protocol: 'http' },
    tls: { mode: 'STRICT', certificate: { acm: { certificateArn } } },
  });

  async function certificate(name: string): Promise<string> {
    const made = await fake.authority.request(account, { names: [address], kind: 'EC_prime256v1' });
    if ('none' in made) throw new Error(made.none);
    const { fault, named = (arn: string) => arn } = cases[name] ?? {};
    if (fault !== undefined) fake.fault(`ExportCertificate ${made.arn}`, fault);
    return named(made.arn);
  }

  /** Puts one that has expired in its place, which nobody renews. */
  async function expire(arn: string): Promise<void> {
    const kind = 'EC_prime256v1';
    const validity = { from: Date.now() - 60_000, to: Date.now() - 1_000 };
    const authority = await makeAuthority('imported', kind, validity);
    const { request: asked, key } = await makeRequest([address], kind);
    const chain = await signRequest(asked, { ...authority, kind }, validity);
    await fake.authority.import(account, { arn, chain: `${chain}${authority.certificate}`, key });
  }

  async function prepare(): Promise<void> {
    for (const name of names) {
      arns.set(name, await certificate(name));
      ports.set(name, await startHttp(stage, name));
    }
    await expire(arnOf('expired'));
    const other = await fake.authority.export(arnOf('good'));
    const key = 'with the key of another';
    if ('chain' in other) fake.fault(`ExportCertificate ${arnOf(key)}`, changed({ Certificate: other.chain }));
  }

  beforeAll(async () => {
    fake = await startFakeAcm();
    stage.defer(fake.close);
    await prepare();
    const denied = { Effect: 'Deny', Action: 'acm:ExportCertificate', Resource: arnOf('not permitted') };
    heddle = await (await tasksAtAcm(stage, fake, [denied]))();
    await apply(heddle.mesh, mesh());
    await putNewNode(heddle.client, 'server', { listeners: names.map((name) => listener(name)), serviceDiscovery });
    for (const name of ['good', 'expired', 'distrusted']) {
      await putNewNode(heddle.client, name, {
        listeners: [listener(name === 'expired' ? name : 'good')],
        serviceDiscovery,
      });
      await apply(heddle.mesh, service(`${name}.local`, { node: name }));
    }
    const trust = (arn: string): ClientPolicyTls => ({
      validation: { trust: { acm: { certificateAuthorityArns: [arn] } } },
    });
    const nobody = arnOf('good')
      .replace(':acm:', ':acm-pca:')
      .replace(/certificate\/.*/, `certificate-authority/${gone}`);
    await putNewNode(heddle.client, 'client', {
      backends: [
        { virtualService: { virtualServiceName: 'good.local' } },
        { virtualService: { virtualServiceName: 'expired.local' } },
        { virtualService: { virtualServiceName: 'distrusted.local', clientPolicy: { tls: trust(nobody) } } },
      ],
    });
    server = await startEnvoy(stage, heddle, { resource: nodeId('server'), address, ports: [...ports.values()] });
    client = await startEnvoy(stage, heddle, { resource: nodeId('client') });
  }, 120_000);

  const ask = async (name: string) =>
    (await request({ host: client.address, port: client.egressPort, headers: { host: `${name}.local` } })).status;
  const shakesHands = (port: number): Promise<boolean> =>
    shownSerial(server.address, port).then(
      () => true,
      () => false,
    );
  const reportOf = async (name: string): Promise<EnvoyStatus['report']> => {
    const [found] = await fleetStatus(heddle.client, { resource: nodeId(name) });
    return found?.report ?? [];
  };

  it.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (name, { reason, isServed = false }) => {
    const lines = () => reportOf('server').then((all) => all.filter((line) => line.reason.includes(arnOf(name))));
    if (reason === undefined) expect(await lines()).toEqual([]);
    else
      await eventually(async () => {
        const member = `spec.listeners[${names.indexOf(name)}].tls`;
        const [line] = await lines();
        expect(line).toMatchObject({ resource: 'virtualNode/server', member: expect.stringContaining(member) });
        expect(line?.reason).toMatch(reason);
      });
    expect(await shakesHands(portOf(name))).toBe(isServed);
  });

  it('that is wrong harms no other listener and no other cluster', async () => {
    await eventually(async () => expect(await ask('good')).toBe(200));
    expect(await ask('expired')).toBe(503);
    expect(await ask('distrusted')).not.toBe(200);
    await eventually(async () => {
      expect((await reportOf('client')).map(({ reason }) => reason).join()).toContain(gone);
    });
    expect(await server.stat('listener_manager.total_listeners_warming')).toBe(0);
    for (const one of [server, client]) expect(await one.admin('/stats?filter=update_rejected')).not.toMatch(/: [1-9]/);
  });

  it('is there before any listener that names it', async () => {
    const metadata = { authorization: `Bearer ${await heddle.token(nodeId('server'))}` };
    const one = simulateEnvoy(heddle.streamer, { node: nodeId('server'), metadata });
    stage.defer(one.close);
    one.say('cluster');
    one.ack(await one.hear());
    one.say('listener');
    const listeners = Object.values((await one.hear()).resources).join();
    const named = new Set(listeners.match(/certificate:arn:[\w:-]+\/[0-9a-f-]{36}/g));
    expect([...named].sort()).toEqual(['good', 'expired'].map((name) => `certificate:${arnOf(name)}`).sort());
    one.say('secret', { resourceNamesSubscribe: [...named] });
    expect(new Set(Object.keys((await one.hear()).resources))).toEqual(named);
  });

  it('that ACM gives at last brings its listener with it', { timeout: 60_000 }, async () => {
    const name = 'that ACM fails to give';
    fake.fault(`ExportCertificate ${arnOf(name)}`, undefined);
    await eventually(async () => expect(await shakesHands(portOf(name))).toBe(true));
    expect(await server.stat('listener_manager.total_listeners_warming')).toBe(0);
  });
});
