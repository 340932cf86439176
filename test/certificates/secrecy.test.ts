// The whole life of certificates in one embedded Heddle that logs all it can, and then a search of everything that it
// wrote or answered for every key that there was: they stand on the streams of those whose they are, and nowhere else.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import {
  ACMClient,
  ExportCertificateCommand,
  ImportCertificateCommand,
  RenewCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import { ACMPCAClient, CreateCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { type AuthorityRecord, authorityView } from '#certificates/records.ts';
import { type Client, createClient } from '#cli/client.ts';
import { administrator } from '#cli/credentials.ts';
import { openSqlite } from '#store/sqlite.ts';
import { type ControlPlaneProcess, region, runCommand, runHeddle } from '#test/envoy/fixture/control-plane.ts';
import { apply, mesh, nodeId } from '#test/envoy/fixture/documents.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { importable } from './importable.ts';
import { keySecret, type Places, type Secret, textSecret, traces } from './key-traces.ts';
import { type ToldProxy, toldProxy } from './told-proxy.ts';

const header = /-----BEGIN (?:EC |RSA )?PRIVATE KEY-----/;

describe('keys of certificates', { timeout: 90_000 }, () => {
  const stage = useStage();
  const phrase = randomBytes(24).toString('base64');
  const answers: (readonly [string, Buffer | string])[] = [];
  let heddle: ControlPlaneProcess;
  let client: Client;
  let proxies: readonly ToldProxy[];
  /** All keys that the proxies were given, that were imported, and that the authority keeps for itself. */
  let secrets: readonly Secret[];
  /** What was in the data directory while it ran, and what is after it was killed. */
  let files: Places;

  beforeAll(async () => {
    const folder = join(stage.folder(), 'data');
    heddle = await runHeddle(stage, folder, {
      HEDDLE_LOG_LEVEL: 'trace',
      HEDDLE_NODE_CERTIFICATE_VALIDITY: '4s',
      HEDDLE_CERTIFICATE_OVERLAP: '1s',
      HEDDLE_CERTIFICATE_SWEEP: '1s',
    });
    const credentials = () => administrator(heddle.dataDirectory);
    const settings = { endpoint: heddle.api, region, credentials };
    client = createClient({ ...settings, endpoint: new URL(heddle.api) });
    const acm = new ACMClient(settings);
    const pca = new ACMPCAClient(settings);
    stage.defer(() => [acm, pca].map((one) => one.destroy()));

    const subject = {
      KeyAlgorithm: 'EC_prime256v1',
      SigningAlgorithm: 'SHA256WITHECDSA',
      Subject: { CommonName: 'm' },
    };
    const wanted = { CertificateAuthorityType: 'ROOT', CertificateAuthorityConfiguration: subject } as const;
    const { CertificateAuthorityArn: authority = '' } = await pca.send(
      new CreateCertificateAuthorityCommand(
        wanted as ConstructorParameters<typeof CreateCertificateAuthorityCommand>[0],
      ),
    );
    const request = async (KeyAlgorithm: 'EC_prime256v1' | 'RSA_2048') =>
      (await acm.send(new RequestCertificateCommand({ DomainName: 'a.local', KeyAlgorithm }))).CertificateArn ?? '';
    const [curve, rsa] = [await request('EC_prime256v1'), await request('RSA_2048')];
    const given = await importable();
    const { CertificateArn: imported = '' } = await acm.send(new ImportCertificateCommand(given));
    // What goes wrong is answered and logged, too.
    const other = await importable();
    const mismatch = { ...given, PrivateKey: other.PrivateKey, Certificate: given.Certificate };
    answers.push(['a refused import', String(await acm.send(new ImportCertificateCommand(mismatch)).catch(String))]);
    const exported = await acm.send(
      new ExportCertificateCommand({ CertificateArn: curve, Passphrase: Buffer.from(phrase) }),
    );
    answers.push(['an export', JSON.stringify(exported)]);

    await apply(heddle.mesh, mesh());
    const trust = { acm: { certificateAuthorityArns: [authority] } };
    const certificates = [curve, rsa, imported, authority];
    const listeners = certificates.map((certificateArn, index) => ({
      portMapping: { port: 8080 + index, protocol: 'http' },
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn } }, validation: { trust } },
    }));
    const serviceDiscovery = { dns: { hostname: 'a.local' } };
    for (const virtualNodeName of ['server', 'second']) {
      const body = { virtualNodeName, spec: { listeners, serviceDiscovery } };
      await client.call({ method: 'PUT', path: '/v20190125/meshes/m/virtualNodes', body });
    }
    proxies = await Promise.all(
      ['server', 'second'].map(async (name) =>
        toldProxy(heddle.streamer, nodeId(name), await heddle.token(nodeId(name)), certificates),
      ),
    );
    await eventually(() => expect(proxies.map((one) => one.keys().length)).toEqual([4, 4]));
    for (const CertificateArn of [curve, rsa]) await acm.send(new RenewCertificateCommand({ CertificateArn }));
    // An Envoy that quotes what it refuses.
    proxies[0]?.refuseNext((heard) => `Proto constraint validation failed: ${heard}`);
    await acm.send(new ImportCertificateCommand({ ...other, CertificateArn: imported }));
    // Three others, and the certificate of the node at least twice more.
    await eventually(() => expect(Math.min(...proxies.map((one) => one.keys().length))).toBeGreaterThanOrEqual(9));

    const fresh = [given, other].map(({ PrivateKey }, index) => keySecret(`import ${index}`, PrivateKey.toString()));
    for (const [name, ...words] of [
      ['config', 'config', nodeId('server')],
      ['static', 'config', nodeId('server'), '--static'],
      ['status', 'status'],
      ['history', 'history', 'mesh/m'],
      ['list', 'certificates', 'list'],
      ['renew', 'certificates', 'renew', curve],
    ] as const) {
      const command = runCommand(stage, heddle, `heddle-${name}`, ...words);
      answers.push([`heddle ${name}`, command.stdout === null ? '' : await text(command.stdout)]);
    }
    const running = await filesIn(folder);
    await heddle.kill();
    files = [...running, ...(await filesIn(folder)), ...rowsOf(join(folder, 'heddle.db'))];
    secrets = [
      ...proxies.flatMap((one, index) => one.keys().map((pem, at) => keySecret(`key ${at} of proxy ${index}`, pem))),
      ...fresh,
      ...(await ownKeys(folder)),
      textSecret('the passphrase', phrase),
    ];
    stage.defer(() => proxies.map((one) => one.close()));
  }, 120_000);

  it('reach the proxies that they are for, where the search finds each of them', () => {
    const own = secrets.filter(({ what }) => what.startsWith('key '));
    const places = proxies.map((one, index) => [`proxy ${index}`, one.heard()] as const);
    expect(own.length).toBeGreaterThanOrEqual(18);
    expect(new Set(traces(own, places).map((line) => line.split(': ')[1]))).toEqual(
      new Set(own.map(({ what }) => what)),
    );
    expect(header.test(places[0]?.[1] ?? '')).toBe(true);
  });

  it('stand in no file of the data directory, nor in what a killed process leaves in its log ahead', () => {
    expect(traces(secrets, files)).toEqual([]);
    expect([...files].filter(([, bytes]) => header.test(bytes.toString('latin1'))).map(([place]) => place)).toEqual([]);
  });

  it('stand in no line of the logs and in nothing that anybody is answered', () => {
    const logs = readdirSync(stage.folder()).filter((name) => name.endsWith('.log'));
    const places = [...logs.map((name) => [name, readFileSync(join(stage.folder(), name))] as const), ...answers];
    expect(logs).toContain('heddle.log');
    const all = places.map(([, bytes]) => bytes.toString('latin1')).join('');
    // What was logged and answered is there: the refusal, and fingerprints in place of keys.
    expect(all).toContain('Proto constraint validation failed');
    expect(all).toContain('SHA-256 fingerprint');
    expect(traces(secrets, places)).toEqual([]);
    // What is only to be validated has a key that is made for that, and nobody's.
    const withKeys = places.filter(([, bytes]) => header.test(bytes.toString('latin1')));
    expect(withKeys.map(([place]) => place)).toEqual(['heddle static']);
  });

  it('are sealed by a key that stands in its own file alone', () => {
    const key = readFileSync(join(heddle.dataDirectory, 'sealing-key'), 'utf8').trim();
    const secret = { what: 'the sealing key', bytes: [Buffer.from(key, 'base64')] };
    const found = traces([secret], [...files, ...answers]).map((line) => line.split(' ')[0]);
    expect(new Set(found)).toEqual(new Set(['sealing-key:']));
  });
});

async function filesIn(folder: string): Promise<(readonly [string, Buffer])[]> {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => [name, readFileSync(join(folder, name))] as const);
}

/** Whatever stands in the tables, each value whole: in the file a long one is in pieces. */
function rowsOf(file: string): (readonly [string, Buffer | string])[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const rows = tables.flatMap(({ name }) =>
    database
      .prepare(`SELECT * FROM "${String(name)}"`)
      .all()
      .flatMap((row) =>
        Object.entries(row).map(([column, value]): readonly [string, Buffer | string] => [
          `${String(name)}.${column}`,
          value instanceof Uint8Array ? Buffer.from(value) : String(value),
        ]),
      ),
  );
  database.close();
  return rows;
}

/** The keys of the authorities, which nobody is ever given. */
async function ownKeys(folder: string): Promise<readonly Secret[]> {
  const { events, views } = openSqlite(join(folder, 'heddle.db'), { now: Date.now });
  const sealer = keyFileSealer(folder);
  const found: Secret[] = [];
  for (const { key, value } of await views.list(authorityView)) {
    const { arn, key: sealed } = value as AuthorityRecord;
    found.push(keySecret(key, (await sealer.open(sealed, { use: 'authority', arn })) ?? expect.unreachable(arn)));
  }
  await Promise.all([events.close(), views.close()]);
  return found;
}
