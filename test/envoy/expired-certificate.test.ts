// A certificate expires while ACM is down: it is counted and named, and all traffic that does not need it goes on. A task that
// starts then still gives it out, and says the same.
import { beforeAll, describe, expect, it } from 'vitest';
import { fleetStatus } from '#cli/fleet-status.ts';
import { account, type FakeAcm, startFakeAcm } from '#test/certificates/fake-acm.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { apply, mesh, nodeId, putNewNode, putNode, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { shownSerial } from './fixture/shown-serial.ts';
import { useStage } from './fixture/stage.ts';
import { type TaskAtAcm, tasksAtAcm } from './fixture/tasks-at-acm.ts';
import { startTraffic, type Traffic } from './fixture/traffic.ts';

/** Milliseconds; long enough to reach the Envoys and to be asked. */
const life = 10_000;
type Name = 'short' | 'long';

describe.skipIf(envoyPath() === undefined)('a certificate that expires while ACM is down', () => {
  const stage = useStage();
  const address = ownAddress();
  const arns = { short: '', long: '' };
  const ports = { short: 0, long: 0 };
  let fake: FakeAcm;
  let another: () => Promise<TaskAtAcm>;
  let task: TaskAtAcm;
  let server: RunningEnvoy;
  let client: RunningEnvoy;
  let traffic: Traffic;

  const serviceDiscovery = { dns: { hostname: address } };
  const listener = (name: Name) => ({
    portMapping: { port: ports[name], protocol: 'http' as const },
    tls: { mode: 'STRICT' as const, certificate: { acm: { certificateArn: arns[name] } } },
  });
  const backend = (name: Name) => ({ virtualService: { virtualServiceName: `${name}.local` } });

  /** Makes its certificate, its node and its service. */
  async function offer(name: Name, wanted: { readonly validity?: number }): Promise<void> {
    const made = await fake.authority.request(account, { names: [address], kind: 'EC_prime256v1', ...wanted });
    if ('none' in made) throw new Error(made.none);
    arns[name] = made.arn;
    await putNewNode(task.client, name, { listeners: [listener(name)], serviceDiscovery });
    await apply(task.mesh, service(`${name}.local`, { node: name }));
  }
  const ask = async (name: Name) =>
    (await request({ host: client.address, port: client.egressPort, headers: { host: `${name}.local` } })).status;
  const startServer = (at: TaskAtAcm, own: string) =>
    startEnvoy(stage, at, { resource: nodeId('server'), address: own, ports: Object.values(ports) });

  beforeAll(async () => {
    fake = await startFakeAcm();
    stage.defer(fake.close);
    another = await tasksAtAcm(stage, fake);
    task = await another();
    for (const name of ['short', 'long'] as const) ports[name] = await startHttp(stage, name);
    await apply(task.mesh, mesh());
    await offer('long', {});
    await putNewNode(task.client, 'server', { listeners: [listener('long')], serviceDiscovery });
    await putNewNode(task.client, 'client', { backends: [backend('long')] });
    server = await startServer(task, address);
    client = await startEnvoy(stage, task, { resource: nodeId('client') });
  }, 60_000);

  const failing = async (at: TaskAtAcm) =>
    (await at.metrics.getSingleMetric('heddle_certificates_failing')?.get())?.values[0]?.value;
  const reasons = async () => {
    const all = await fleetStatus(task.client, { resource: nodeId('server') });
    return all.flatMap(({ report }) => report.map(({ reason }) => reason)).join();
  };
  /** The serial that it shows to whoever validates nothing. */
  const shownBy = (envoy: RunningEnvoy) => shownSerial(envoy.address, ports.short);

  it('is counted and named, and traffic that does not need it goes on', { timeout: 60_000 }, async () => {
    await eventually(async () => expect(await ask('long')).toBe(200));
    await offer('short', { validity: life });
    await putNode(task.client, 'server', { listeners: [listener('short'), listener('long')], serviceDiscovery });
    await putNode(task.client, 'client', { backends: [backend('short'), backend('long')] });
    await eventually(async () => expect(await ask('short')).toBe(200));
    for (const operation of ['DescribeCertificate', 'ExportCertificate']) {
      fake.fault(operation, { error: 'InternalFailure', status: 500 });
    }
    expect([await failing(task), await reasons()]).toEqual([0, expect.not.stringContaining('expired')]);
    traffic = startTraffic(stage, async () => {
      const status = await ask('long');
      if (status !== 200) throw new Error(`${status}`);
      return 'long';
    });
    await eventually(async () => expect(await failing(task)).toBe(1));
    await eventually(async () => expect(await reasons()).toContain(`${arns.short} expired at`));
    expect(await reasons()).not.toContain(arns.long);
  });

  it('is still sent, by a task that starts then too', { timeout: 60_000 }, async () => {
    const shown = await shownBy(server);
    const other = await another();
    const second = await startServer(other, ownAddress());
    await eventually(async () => expect(await shownBy(second)).toBe(shown));
    expect(await failing(other)).toBe(1);
  });

  it('is replaced when ACM is back', { timeout: 60_000 }, async () => {
    const shown = await shownBy(server);
    for (const operation of ['DescribeCertificate', 'ExportCertificate']) fake.fault(operation, undefined);
    await eventually(async () => expect(await shownBy(server)).not.toBe(shown));
    await eventually(async () => expect(await ask('short')).toBe(200));
    await eventually(async () => expect(await reasons()).not.toContain('expired'));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });
});
