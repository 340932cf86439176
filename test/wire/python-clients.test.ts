// botocore and the AWS command line run the whole script in one Python process: botocore's validator takes every
// request, its parser every answer, and no answer has a member that AWS's model does not know, or lacks one it needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { account, principals } from '#test/suites/api/principals.ts';
import { clientScript } from './client-script.ts';
import { startEmbedded } from './embedded.ts';

const python = resolve(import.meta.dirname, '../../.cache/python/bin/python');

interface Report {
  readonly calls: number;
  readonly faults: readonly string[];
}

describe.skipIf(!existsSync(python))('clients in Python', () => {
  let bench: Bench;
  let endpoint: string;
  beforeAll(async () => {
    const api = await startEmbedded();
    ({ endpoint } = api);
    bench = benchOf(api);
  });
  afterAll(() => bench.close());

  /** Has the program run the script; what it finds to complain about is its report. */
  async function run(client: string): Promise<Report> {
    const { accessKeyId, secretAccessKey } = principals.owner;
    const child = spawn(python, [join(import.meta.dirname, 'python_clients.py'), client], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL_APP_MESH: endpoint,
        AWS_DEFAULT_REGION: bench.region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.stdin.end(JSON.stringify(clientScript(client, bench.region, account)));
    const code = await new Promise<number | null>((done) => child.on('close', done));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Report;
  }

  test.each(['botocore', 'cli'])(
    '%s finds nothing to complain about',
    async (client) => {
      const { calls, faults } = await run(client);
      expect(faults).toEqual([]);
      expect(calls).toBeGreaterThanOrEqual(clientScript(client, bench.region, account).length);
    },
    240_000,
  );
});
