// The contract of the App Mesh API on AWS: through API Gateway, Lambda and DynamoDB, with signatures and policies enforced,
// and each caller's own IAM policies read and judged.
import { describe } from 'vitest';
import { account, principals } from '#test/suites/api/principals.ts';
import { apiSuite } from '#test/suites/api.ts';
import { deployedApi } from './deployed-api.ts';
import { startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { makeUsers } from './iam-users.ts';

describe.skipIf(!(await emulatorAvailable()))('deployed', () => {
  apiSuite('on AWS', async () => {
    const deployment = await startDeployment({ account, settings: { AUTH: 'true' } });
    const own = Object.values(principals).filter((principal) => principal.accountId === account);
    const api = deployedApi(deployment, await makeUsers(own));
    return {
      ...api,
      async close() {
        await api.close();
        await deployment.stop();
      },
    };
  });
});
