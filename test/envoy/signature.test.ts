// An Envoy without a token: it signs its stream with Signature Version 4 from its own AWS credentials, as Envoys of App
// Mesh do.
import { beforeAll, describe, expect, it } from 'vitest';
import { administrator } from '#cli/credentials.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, node, nodeId, service } from './fixture/documents.ts';
import { launchEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const signing = {
  name: 'envoy.filters.http.aws_request_signing',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning',
    service_name: 'appmesh',
    region,
    use_unsigned_payload: true,
  },
};

/** The bootstrap with a signature in the place of the token. */
const signs = (bootstrap: string): string =>
  JSON.stringify(
    JSON.parse(bootstrap, (member, value: unknown) =>
      member === 'http_filters' && Array.isArray(value) ? [signing, ...value.slice(1)] : value,
    ),
  );

describe.skipIf(envoyPath() === undefined)('an Envoy that signs its stream', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      service('color.local', { node: 'red' }),
      node('front', { backends: ['color.local'] }),
    );
  });

  const options = async (secret?: string) => {
    const { accessKeyId, secretAccessKey } = await administrator(heddle.dataDirectory);
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret ?? secretAccessKey };
    const environment = { ...keys, AWS_EC2_METADATA_DISABLED: 'true' };
    return { resource: nodeId('front'), token: { inline: 'none' }, edit: signs, environment };
  };

  it('is served', async () => {
    const { address: host, egressPort: port } = await startEnvoy(stage, heddle, await options());
    const { status, body } = await request({ host, port, headers: { host: 'color.local' } });
    expect(status, body).toBe(200);
    expect(heddle.events.filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('is not, with a wrong key', async () => {
    const envoy = await launchEnvoy(stage, heddle, await options('guess'));
    await eventually(() =>
      expect(heddle.events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 16 })),
    );
    expect(await envoy.admin('/ready')).not.toBe('LIVE\n');
  });
});
