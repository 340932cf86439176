// Certificates on the deployed plane: the rotation and the streamers ask a fake of ACM, which no emulator has whole.
import type { FakeAcm } from '#test/certificates/fake-acm.ts';
import type { Deployment } from './deployment.ts';
import { configure } from './lambda-worker.ts';

/** Points the deployed rotation to it; answers what a streamer has in its environment for the same. */
export async function deployedCertificates(
  { account, outputs, functionName }: Deployment,
  { endpoint }: FakeAcm,
): Promise<Readonly<Record<string, string>>> {
  const acm = { AWS_ENDPOINT_URL_ACM: endpoint, AWS_ENDPOINT_URL_ACM_PCA: endpoint };
  await configure(functionName('rotation'), acm);
  return {
    ...acm,
    HEDDLE_CERTIFICATES: 'aws',
    HEDDLE_SEALING_KEY: outputs.SealingKeyId ?? '',
    HEDDLE_AWS_ACCOUNT: account,
  };
}
