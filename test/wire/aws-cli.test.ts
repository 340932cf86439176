// The `aws` program itself: shorthand and files as parameters, pages, queries, and what it says of a refusal.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsPath } from '#test/setup/tools.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { account, principals } from '#test/suites/api/principals.ts';
import { startEmbedded } from './embedded.ts';

const aws = awsPath() ?? '';

describe.skipIf(aws === '')('the AWS command line', () => {
  let api: ApiUnderTest;
  const folder = scratchFolder();
  beforeAll(async () => {
    api = await startEmbedded();
  });
  afterAll(async () => {
    folder.remove();
    await api.close();
  });

  interface Said {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }

  function run(...parameters: readonly string[]): Promise<Said> {
    const { accessKeyId, secretAccessKey } = principals.owner;
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL_APP_MESH: api.endpoint,
      AWS_DEFAULT_REGION: api.region,
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_CONFIG_FILE: '/dev/null',
    };
    return new Promise((resolve) => {
      execFile(aws, ['appmesh', ...parameters], { env }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  }

  async function json(...parameters: readonly string[]): Promise<unknown> {
    const { code, out, err } = await run(...parameters);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out);
  }

  test('makes, describes, lists, tags and deletes', async () => {
    const mesh = ['--mesh-name', 'shop'] as const;
    const made = await json(
      'create-mesh',
      ...mesh,
      '--spec',
      'egressFilter={type=ALLOW_ALL}',
      '--tags',
      'key=a,value=b',
    );
    expect(made).toMatchObject({ mesh: { meshName: 'shop', spec: { egressFilter: { type: 'ALLOW_ALL' } } } });
    const file = join(folder.path, 'node.json');
    const spec = { listeners: [], backends: [{ virtualService: { virtualServiceName: 'bücher.example' } }] };
    writeFileSync(file, JSON.stringify({ meshName: 'shop', virtualNodeName: 'red', spec }));
    await json('create-virtual-node', '--cli-input-json', `file://${file}`);
    await json('create-virtual-node', ...mesh, '--virtual-node-name', 'blue', '--spec', '{}');
    expect(await json('describe-virtual-node', ...mesh, '--virtual-node-name', 'red')).toMatchObject({
      virtualNode: { spec, status: { status: 'ACTIVE' } },
    });
    // A page of one each: the program puts them together.
    const names = ['--query', 'virtualNodes[].virtualNodeName'];
    expect(await json('list-virtual-nodes', ...mesh, '--page-size', '1', ...names)).toEqual(['blue', 'red']);
    const first = await json('list-virtual-nodes', ...mesh, '--max-items', '1');
    expect(first).toMatchObject({ virtualNodes: [{ virtualNodeName: 'blue' }], NextToken: expect.any(String) });
    const arn = ['--resource-arn', `arn:aws:appmesh:${api.region}:${account}:mesh/shop`];
    expect(await run('tag-resource', ...arn, '--tags', 'key=c,value=d')).toEqual({ code: 0, out: '', err: '' });
    expect(await json('list-tags-for-resource', ...arn)).toEqual({
      tags: [
        { key: 'a', value: 'b' },
        { key: 'c', value: 'd' },
      ],
    });
    const gone = await json('delete-virtual-node', ...mesh, '--virtual-node-name', 'red');
    expect(gone).toMatchObject({ virtualNode: { status: { status: 'DELETED' } } });
  }, 120_000);

  test('says which exception refused a call, and why', async () => {
    const missing = await run('describe-mesh', '--mesh-name', 'never');
    expect(missing.code).not.toBe(0);
    expect(missing.err).toMatch(/\(NotFoundException\) when calling the DescribeMesh operation: .*never/);
    const spec = '{"listeners":[{"portMapping":{"port":70000,"protocol":"http"}}]}';
    const bad = await run('create-virtual-node', '--mesh-name', 'm', '--virtual-node-name', 'n', '--spec', spec);
    expect(bad.err).toMatch(/\(BadRequestException\).*'spec\.listeners\[0\]\.portMapping\.port'/);
  }, 60_000);
});
