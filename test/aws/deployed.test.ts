// The contracts of the App Mesh API and of sharing on AWS: through API Gateway, Lambda and DynamoDB, with signatures and
// policies enforced, and each caller's own IAM policies read and judged.
import { afterAll, beforeAll, describe } from 'vitest';
import { account, principals } from '#test/suites/api/principals.ts';
import { apiSuite } from '#test/suites/api.ts';
import { party } from '#test/suites/sharing/party.ts';
import { sharingSuite } from '#test/suites/sharing.ts';
import { deployedApi } from './deployed-api.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { type Keys, makeUsers } from './iam-users.ts';

describe.skipIf(!(await emulatorAvailable()))('deployed', () => {
  const all = [...Object.values(principals), ...Object.values(party)];
  let deployment: Deployment;
  let keys: ReadonlyMap<string, Keys>;
  beforeAll(async () => {
    deployment = await startDeployment({ account, settings: { AUTH: 'true' } });
    keys = await makeUsers(all.filter((principal) => principal.accountId === account));
  }, 180_000);
  afterAll(() => deployment?.stop());

  apiSuite('on AWS', async () => deployedApi(deployment, all, keys));
  sharingSuite('on AWS', async () => deployedApi(deployment, all, keys));
});
