// The deployed control plane as the suites with real Envoys use one: the API on the emulator, a streamer as a process.
import { AppMeshClient } from '@aws-sdk/client-app-mesh';
import { createClient } from '#cli/client.ts';
import { requestToken } from '#cli/issued-token.ts';
import { type ControlPlane, runStreamer, type StreamerProcess } from '#test/envoy/fixture/control-plane.ts';
import type { Stage } from '#test/envoy/fixture/stage.ts';
import type { Deployment } from './deployment.ts';

export type DeployedControlPlane = ControlPlane & Pick<StreamerProcess, 'admin' | 'child'>;

/** What a task of the deployed service has in its environment, but for where it listens. */
const storeEnvironment = ({ emulator, account, table, outputs }: Deployment): Readonly<Record<string, string>> => ({
  ...emulator.environment,
  AWS_ACCESS_KEY_ID: account,
  HEDDLE_STORE: `dynamodb:${table}`,
  HEDDLE_SNAPSHOT_BUCKET: outputs.SnapshotBucket ?? '',
});

export async function deployedControlPlane(
  stage: Stage,
  deployment: Deployment,
  environment: Readonly<Record<string, string>> = {},
): Promise<DeployedControlPlane> {
  const { account, apiUrl, region } = deployment;
  // The account itself: what callers may do is another suite's matter.
  const keys = { accessKeyId: account, secretAccessKey: 'test' };
  const mesh = new AppMeshClient({ endpoint: apiUrl, region, credentials: keys });
  stage.defer(() => mesh.destroy());
  const client = createClient({ endpoint: new URL(apiUrl), region, credentials: async () => keys });
  return {
    mesh,
    dataDirectory: stage.folder(),
    api: apiUrl,
    token: async (resource, lifetime) => (await requestToken(client, resource, lifetime)).token,
    ...(await runStreamer(stage, { ...storeEnvironment(deployment), ...environment })),
  };
}
