// The API behind the embedded gateway: a real socket, signatures verified, a store in memory.
import { createGateway } from '#local/gateway.ts';
import { apiSuite } from '#test/suites/api.ts';
import { apiOf, credentialList } from './in-process.ts';

apiSuite('behind the gateway', async () => {
  const byKey = new Map(credentialList().map((one) => [one.accessKeyId, one]));
  const gateway = createGateway({
    credentials: { byAccessKey: (id) => byKey.get(id) },
    now: Date.now,
    routes: [{ prefix: '/v20190125', handler: apiOf() }],
    onRequest: ({ error }) => {
      if (error !== undefined) throw error;
    },
  });
  const endpoint = await gateway.listen('127.0.0.1:0');
  return { region: 'us-east-1', endpoint, close: () => gateway.close() };
});
