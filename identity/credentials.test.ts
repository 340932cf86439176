// The credentials file over time: made at the first start, read again when it changes, kept when it breaks.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Credentials, openCredentials } from './credentials.ts';
import { judge } from './policy.ts';
import { contextOf } from './request-context.ts';
import { writeSecretFile } from './secret-file.ts';

const ANN = {
  accessKeyId: 'ANN',
  secretAccessKey: 'hush-hush-secret',
  accountId: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/ann',
  policies: ['AWSAppMeshReadOnly'],
};

let folder: string;
let dataDir: string;
let file: string;
let time: number;
let reports: string[];

const open = (): Credentials =>
  openCredentials({ file, dataDir, region: 'eu-west-1', report: (message) => reports.push(message), now: () => time });

const modeOf = (path: string): number => statSync(path).mode & 0o777;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-credentials-'));
  dataDir = join(folder, 'data');
  file = join(dataDir, 'credentials.json');
  time = 1_000_000;
  reports = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the first start', () => {
  test('makes an administrator who may do everything', () => {
    const credentials = open();
    const [{ accessKeyId, accountId, arn }] = JSON.parse(readFileSync(file, 'utf8'));
    expect(credentials.byAccessKey(accessKeyId)).toMatchObject({ accountId: '000000000000', arn });
    expect(arn).toBe('arn:aws:iam::000000000000:user/heddle-admin');
    expect(accountId).toBe('000000000000');
    const everything = { action: 'appmesh:CreateMesh', resource: '*', context: contextOf([]) };
    expect(judge(credentials.policiesOf(arn), everything).decision).toBe('allowed');
    expect(reports).toEqual([]);
  });

  test('writes the same keys as an AWS profile, everything for the owner alone', () => {
    open();
    const [{ accessKeyId, secretAccessKey }] = JSON.parse(readFileSync(file, 'utf8'));
    expect(readFileSync(join(dataDir, 'aws', 'credentials'), 'utf8')).toBe(
      `[heddle]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\nregion = eu-west-1\n`,
    );
    expect([file, join(dataDir, 'aws', 'credentials')].map(modeOf)).toEqual([0o600, 0o600]);
    expect([dataDir, join(dataDir, 'aws')].map(modeOf)).toEqual([0o700, 0o700]);
    expect(readdirSync(dataDir).toSorted()).toEqual(['aws', 'credentials.json']);
  });

  test('keys differ from one start to another, and stay once made', () => {
    open();
    const first = readFileSync(file, 'utf8');
    open();
    expect(readFileSync(file, 'utf8')).toBe(first);
    rmSync(file);
    open();
    expect(readFileSync(file, 'utf8')).not.toBe(first);
  });

  test('leaves the mode of an existing data folder alone', () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    open();
    expect(modeOf(dataDir)).toBe(0o755);
  });

  test('refuses a file with a mistake, naming file, entry and member', () => {
    writeSecretFile(file, JSON.stringify([{ ...ANN, arn: undefined }]));
    expect(open).toThrow(`Credentials file ${file}: entry 1 (ANN): member "arn" is missing`);
  });

  test('refuses what cannot be read, naming it', () => {
    mkdirSync(file, { recursive: true });
    expect(open).toThrow(`Credentials file ${file}: cannot be read: EISDIR`);
  });
});

describe('later', () => {
  const rewrite = (content: unknown): void => {
    writeSecretFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    time += 1000;
  };

  test('a change is seen within a second', () => {
    writeSecretFile(file, JSON.stringify([ANN]));
    const credentials = open();
    writeSecretFile(file, JSON.stringify([{ ...ANN, accessKeyId: 'BOB' }]));
    time += 999;
    expect(credentials.byAccessKey('BOB')).toBe(undefined);
    time += 1;
    expect(credentials.byAccessKey('BOB')?.arn).toBe(ANN.arn);
    expect(credentials.byAccessKey('ANN')).toBe(undefined);
  });

  test('a change in place is seen, too', () => {
    writeSecretFile(file, JSON.stringify([ANN]));
    const credentials = open();
    writeFileSync(file, JSON.stringify([{ ...ANN, accessKeyId: 'BOB' }]));
    time += 1000;
    expect(credentials.byAccessKey('BOB')).toBeDefined();
  });

  test('a rewrite with a mistake is reported once and changes nothing; the next good one counts', () => {
    writeSecretFile(file, JSON.stringify([ANN]));
    const credentials = open();
    rewrite(`[{"secretAccessKey": "${ANN.secretAccessKey}"`);
    expect(credentials.byAccessKey('ANN')).toBeDefined();
    time += 5000;
    expect(credentials.byAccessKey('ANN')).toBeDefined();
    expect(reports).toEqual([expect.stringContaining('is not valid JSON')]);
    expect(reports[0]).not.toContain(ANN.secretAccessKey);
    rewrite([{ ...ANN, accessKeyId: 'BOB' }]);
    expect(credentials.byAccessKey('ANN')).toBe(undefined);
    expect(reports).toHaveLength(1);
  });

  test('a file that vanished is reported once and changes nothing', () => {
    writeSecretFile(file, JSON.stringify([ANN]));
    const credentials = open();
    rmSync(file);
    time += 1000;
    expect(credentials.byAccessKey('ANN')).toBeDefined();
    time += 1000;
    expect(credentials.byAccessKey('ANN')).toBeDefined();
    expect(reports).toEqual([
      `Credentials file ${file}: cannot be read: ENOENT: no such file or directory, open '${file}'. ` +
        'The credentials read before stay in force.',
    ]);
  });

  test('a file that others may read is reported', () => {
    mkdirSync(dataDir);
    writeFileSync(file, JSON.stringify([ANN]), { mode: 0o644 });
    open();
    expect(reports).toEqual([expect.stringContaining('its mode should be 0600')]);
  });

  test('the policies and tags of all keys of one principal count together', () => {
    const second = { ...ANN, accessKeyId: 'ANN2', policies: ['AWSAppMeshEnvoyAccess'], tags: { team: 'blue' } };
    writeSecretFile(file, JSON.stringify([ANN, second]));
    expect(open().policiesOf(ANN.arn)).toHaveLength(2);
    expect(open().tagsOf(ANN.arn)).toEqual([{ key: 'team', value: 'blue' }]);
    expect(open().policiesOf('arn:aws:iam::111122223333:user/bob')).toEqual([]);
  });
});
