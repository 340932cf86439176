// Starts that cannot be: each ends, at once, with a line that begins with the variable that is to blame, and leaves
// nothing listening.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMakeCertificates, createAuthority } from '#test/envoy/fixture/certificates.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { readConfiguration } from './configuration.ts';
import { createLog } from './log.ts';
import { startLocal } from './main.ts';

const folder = scratchFolder();
const inFolder = (name: string): string => join(folder.path, name);
const taken = createServer();
let takenAddress = '';

beforeAll(async () => {
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  takenAddress = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  mkdirSync(inFolder('folder'));
  writeFileSync(inFolder('text'), 'no PEM, and a secret');
});
afterAll(() => {
  taken.close();
  folder.remove();
});

/** What a start ends with. */
async function failure(env: Readonly<Record<string, string>>): Promise<string> {
  const anywhere = { HEDDLE_API_ADDR: '127.0.0.1:0', HEDDLE_XDS_ADDR: '127.0.0.1:0', HEDDLE_ADMIN_ADDR: '127.0.0.1:0' };
  const configuration = readConfiguration({ HEDDLE_DATA_DIR: inFolder('data'), ...anywhere, ...env });
  if ('refused' in configuration) return expect.fail(configuration.refused.join('; '));
  try {
    await (await startLocal(configuration, createLog({ logger: pino({ level: 'silent' }) }))).close();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return expect.fail('it started');
}

test.each(['HEDDLE_API_ADDR', 'HEDDLE_XDS_ADDR', 'HEDDLE_ADMIN_ADDR'])('%s that is taken', async (variable) => {
  expect(await failure({ [variable]: takenAddress })).toMatch(new RegExp(`^${variable}: .*EADDRINUSE`));
});

test.each(['HEDDLE_API_ADDR', 'HEDDLE_XDS_ADDR', 'HEDDLE_ADMIN_ADDR'])('%s of an unknown host', async (variable) => {
  expect(await failure({ [variable]: 'nohost.invalid:1' })).toMatch(new RegExp(`^${variable}: .*nohost\\.invalid`));
});

test('the address to blame is not the one that is a default', async () => {
  expect(await failure({ HEDDLE_API_ADDR: takenAddress, HEDDLE_XDS_ADDR: 'unix:/nowhere/socket' })).toMatch(
    /^HEDDLE_XDS_ADDR: .*\/nowhere\/socket/,
  );
});

test('a data directory that is a file, or where there can be none', async () => {
  expect(await failure({ HEDDLE_DATA_DIR: inFolder('text') })).toBe(
    `HEDDLE_DATA_DIR: ${inFolder('text')} is not a folder`,
  );
  expect(await failure({ HEDDLE_DATA_DIR: '/proc/heddle' })).toMatch(/^HEDDLE_DATA_DIR: EN\w+: .*'\/proc\/heddle'/);
});

test('a data directory whose files are not ours', async () => {
  for (const name of ['heddle.db', 'signing-key.json']) {
    const data = inFolder(`with-${name}`);
    mkdirSync(data);
    writeFileSync(join(data, name), 'something that is neither, long enough to be looked at'.repeat(100));
    expect(await failure({ HEDDLE_DATA_DIR: data })).toMatch(new RegExp(`^HEDDLE_DATA_DIR: .*${join(data, name)}`));
  }
});

test('credentials that are a folder, that are none, or that cannot be made', async () => {
  const of = (file: string) => failure({ HEDDLE_CREDENTIALS_FILE: file });
  expect(await of(inFolder('folder'))).toMatch(/^HEDDLE_CREDENTIALS_FILE: Credentials file .*folder: cannot be read/);
  expect(await of(inFolder('text'))).toMatch(/^HEDDLE_CREDENTIALS_FILE: Credentials file .*text: is not valid JSON/);
  expect(await of('/proc/heddle/credentials.json')).toMatch(/^HEDDLE_CREDENTIALS_FILE: EN\w+: /);
});

describe.skipIf(!canMakeCertificates())('TLS', () => {
  let good: Readonly<Record<string, string>>;
  let otherKey: string;

  beforeAll(() => {
    const authority = createAuthority(folder.path, 'authority');
    const [one, other] = [authority.issue('one', ['DNS:localhost']), authority.issue('other', ['DNS:localhost'])];
    otherKey = other.privateKey;
    good = {
      HEDDLE_XDS_TLS_CERT: one.certificateChain,
      HEDDLE_XDS_TLS_KEY: one.privateKey,
      HEDDLE_XDS_CLIENT_CA: authority.file,
    };
  });

  test.each(['HEDDLE_XDS_TLS_CERT', 'HEDDLE_XDS_TLS_KEY', 'HEDDLE_XDS_CLIENT_CA'])(
    '%s that is not there, and that is no PEM',
    async (variable) => {
      expect(await failure({ ...good, [variable]: '/nope' })).toMatch(new RegExp(`^${variable}: ENOENT.*/nope`));
      const told = await failure({ ...good, [variable]: inFolder('text') });
      expect(told).toMatch(new RegExp(`^${variable}: ${inFolder('text')} holds no`));
      expect(told).not.toContain('a secret');
    },
  );

  test('a key of another certificate', async () => {
    expect(await failure({ ...good, HEDDLE_XDS_TLS_KEY: otherKey })).toBe(
      `HEDDLE_XDS_TLS_KEY: ${otherKey} is not the key of ${good.HEDDLE_XDS_TLS_CERT}`,
    );
  });
});
