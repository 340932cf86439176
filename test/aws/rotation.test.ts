// A renewal on the deployed plane: ACM's event through EventBridge, the rotation's Lambda, the log, a streamer as it is
// deployed, into the handshakes of a real Envoy. `npm run bench:certificates:aws` has more of them.
import { DisableRuleCommand, EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serialText } from '#certificates/chain.ts';
import type { CertificateRotated } from '#events/event.ts';
import { meshStream } from '#events/names.ts';
import type { EventStore } from '#events/store.ts';
import { openDynamodb } from '#store/dynamodb.ts';
import { account, type FakeAcm, startFakeAcm } from '#test/certificates/fake-acm.ts';
import { startHttp } from '#test/envoy/fixture/application.ts';
import { apply, mesh, meshName, node, nodeId } from '#test/envoy/fixture/documents.ts';
import { ownAddress, startEnvoy } from '#test/envoy/fixture/envoy.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { shownSerial } from '#test/envoy/fixture/shown-serial.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { deployedCertificates } from './deployed-certificates.ts';
import { deployedControlPlane } from './deployed-control-plane.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';

const renewals = Number(process.env.ROTATIONS ?? 5);
/** AWS's own source is AWS's alone. */
const source = 'lab.acm';
const possible = envoyPath() !== undefined && (await emulatorAvailable());

describe.skipIf(!possible)('a certificate that ACM renews', { timeout: 120_000 + renewals * 20_000 }, () => {
  const stage = useStage();
  const address = ownAddress();
  let fake: FakeAcm;
  let deployment: Deployment;
  let lambda: LambdaClient;
  let bridge: EventBridgeClient;
  let events: EventStore;
  let port: number;
  let arn: string;

  const shown = () => shownSerial(address, port);
  const sweep = async () => {
    const FunctionName = deployment.functionName('rotation');
    const { FunctionError, LogResult } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: Buffer.from('{"sweep":true}'), LogType: 'Tail' }),
    );
    expect(FunctionError).toBeUndefined();
    return Buffer.from(LogResult ?? '', 'base64').toString();
  };
  const renewed = async (): Promise<string> => {
    const made = await fake.authority.renew(arn);
    if (made === undefined || 'none' in made) throw new Error('it cannot be renewed');
    return serialText(made.serial);
  };
  const tell = async () => {
    const event = { Source: source, DetailType: 'ACM Certificate Available', Resources: [arn], Detail: '{}' };
    const { FailedEntryCount } = await bridge.send(new PutEventsCommand({ Entries: [event] }));
    expect(FailedEntryCount).toBe(0);
  };
  /** The serials that the mesh was told of. */
  const told = async () =>
    (await events.read(meshStream(account, meshName), 1))
      .flatMap((commit) => commit.events)
      .filter((event): event is CertificateRotated => event.type === 'CertificateRotated')
      .map(({ serial }) => serial);

  beforeAll(async () => {
    fake = await startFakeAcm();
    deployment = await startDeployment({ account, context: { certificateEvents: source } });
    const { table: logTable, outputs } = deployment;
    const places = { logTable, viewsTable: `${logTable}-views`, bucket: outputs.SnapshotBucket ?? '' };
    ({ events } = openDynamodb({ ...places, now: Date.now }));
    lambda = new LambdaClient();
    bridge = new EventBridgeClient();
    // Sweeps are made when a test wants one.
    const { Rules = [] } = await bridge.send(new ListRulesCommand({}));
    const [{ Name } = {}] = Rules.filter(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 minute)');
    await bridge.send(new DisableRuleCommand({ Name }));
    const heddle = await deployedControlPlane(stage, deployment, await deployedCertificates(deployment, fake));
    const made = await fake.authority.request(account, { names: [address], kind: 'EC_prime256v1' });
    if ('none' in made) throw new Error(made.none);
    ({ arn } = made);
    port = await startHttp(stage, 'secure');
    const tls = { mode: 'STRICT', certificate: { acm: { certificateArn: arn } } } as const;
    await apply(heddle.mesh, mesh(), node('secure', { port, listener: { tls } }));
    await startEnvoy(stage, heddle, { resource: nodeId('secure'), address, ports: [port] });
    await eventually(async () => expect(await shown()).toBe(serialText(made.serial)));
  }, 180_000);
  afterAll(async () => {
    lambda?.destroy();
    bridge?.destroy();
    await events?.close();
    fake?.close();
    await deployment?.stop();
  });

  it('is found by the sweep alone, and told once', async () => {
    await eventually(async () => {
      await sweep();
      expect(await told()).toHaveLength(1);
    });
    const serial = await renewed();
    await sweep();
    await eventually(async () => expect(await shown()).toBe(serial));
    expect(await sweep()).toMatch(
      /"CertificatesInUse":1,"CertificatesFailing":0,"CertificatesNearExpiry":0,"CertificatesUnanswered":0/,
    );
    expect((await told()).slice(1)).toEqual([serial]);
  });

  it(`is shown after ACM's event, told once for two (${renewals} renewals)`, async () => {
    const before = (await told()).length;
    const serials: string[] = [];
    const times: number[] = [];
    for (let renewal = 0; renewal < renewals; renewal += 1) {
      const serial = await renewed();
      serials.push(serial);
      const looks = fake.calls.get('DescribeCertificate') ?? 0;
      const began = performance.now();
      await Promise.all([tell(), tell()]);
      await eventually(async () => expect(await shown()).toBe(serial));
      times.push(performance.now() - began);
      // Fewer than two looks a second are made in an account: the next renewal waits for none of this one's.
      await eventually(() => expect(fake.calls.get('DescribeCertificate')).toBe(looks + 2));
    }
    await sweep();
    expect((await told()).slice(before)).toEqual(serials);
    times.sort((a, b) => a - b);
    const [median = 0, most = 0] = [times[Math.floor(renewals / 2)], times.at(-1)];
    console.info(
      `${renewals} renewals, event to first handshake: median ${Math.round(median)} ms, most ${Math.round(most)} ms`,
    );
  });
});
