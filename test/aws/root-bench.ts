// The deployed API as the account itself calls it: what callers may do is another suite's matter.
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { account, principals } from '#test/suites/api/principals.ts';
import { deployedApi } from './deployed-api.ts';
import type { Deployment } from './deployment.ts';

export function rootBench(deployment: Deployment): Bench {
  const root = { accessKeyId: account, secretAccessKey: 'test' };
  return benchOf(deployedApi(deployment, [principals.owner], new Map([[principals.owner.accessKeyId, root]])));
}
