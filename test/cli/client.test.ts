// The command line's client against the gateway that verifies signatures: what it sends is accepted, whatever the names
// and queries, and what it is refused with is what people read.
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '#cli/client.ts';
import type { Failure } from '#cli/failure.ts';
import { listInstances } from '#cli/registry.ts';
import { createGateway, type GatewayHandler } from '#local/gateway.ts';

const administrator = {
  accessKeyId: 'AKIDTEST',
  secretAccessKey: 'not so secret',
  accountId: '000000000000',
  arn: 'arn:aws:iam::000000000000:user/test',
  policies: [],
};
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const echo: GatewayHandler = ({ httpMethod, path, queryStringParameters, body }) =>
  Promise.resolve({ statusCode: 200, body: JSON.stringify({ httpMethod, path, query: queryStringParameters, body }) });

async function clientOf(handler: GatewayHandler, secretAccessKey = administrator.secretAccessKey, timeoutMs = 30_000) {
  const gateway = createGateway({
    credentials: { byAccessKey: (id) => (id === administrator.accessKeyId ? administrator : undefined) },
    now: Date.now,
    routes: [{ prefix: '/heddle/v1', handler }],
    onRequest: () => undefined,
    graceMs: 0,
  });
  const endpoint = new URL(await gateway.listen('127.0.0.1:0'));
  closing.push(() => gateway.close());
  const credentials = () => Promise.resolve({ accessKeyId: administrator.accessKeyId, secretAccessKey });
  return createClient({ endpoint, region: 'eu-west-1', credentials, timeoutMs });
}

const failure = (call: Promise<unknown>): Promise<Failure> =>
  call.then(
    () => expect.fail('it was answered'),
    (error: Failure) => error,
  );

describe('the client', () => {
  it('signs what the gateway accepts: bodies, queries and odd names', async () => {
    const client = await clientOf(echo);
    const body = { text: 'ünï' };
    const query = { resource: 'mesh/m@000000000000/virtualNode/a b+c', odd: "*~!'()" };
    expect(await client.call({ method: 'POST', path: '/heddle/v1/%2A.a%20b%2F%28c%29', query, body })).toMatchObject({
      httpMethod: 'POST',
      query,
      body: JSON.stringify(body),
    });
    expect(await client.call({ method: 'GET', path: '/heddle/v1/config' })).toMatchObject({
      path: '/heddle/v1/config',
    });
  });

  it('is told which variable sends it to AWS for what the service does not keep itself', async () => {
    const client = await clientOf(echo);
    expect((await failure(listInstances(client, {}))).message).toContain('(HEDDLE_CLOUD_MAP is aws there)');
  });

  it('fails with the name and the message of an error', async () => {
    const refuse: GatewayHandler = () =>
      Promise.resolve({
        statusCode: 404,
        headers: { 'x-amzn-errortype': 'NotFoundException:http://internal' },
        body: '{"message":"no mesh m"}',
      });
    const error = await failure((await clientOf(refuse)).call({ method: 'GET', path: '/heddle/v1/config' }));
    expect(error).toMatchObject({ message: 'NotFoundException: no mesh m', status: 1 });
  });

  it('is refused with a wrong key, and tells no secret', async () => {
    const error = await failure((await clientOf(echo, 'a wrong secret')).call({ method: 'GET', path: '/heddle/v1' }));
    expect(error.message).toMatch(/^InvalidSignatureException: /);
    expect(error.message).not.toContain('wrong secret');
  });

  it('says that time ran out', async () => {
    const client = await clientOf(() => new Promise(() => undefined), administrator.secretAccessKey, 50);
    const error = await failure(client.call({ method: 'GET', path: '/heddle/v1' }));
    expect(error).toMatchObject({ status: 3 });
    expect(error.message).toMatch(/did not answer within 0\.05 s/);
  });

  it('does not take any other server for Heddle', async () => {
    const client = await clientOf(() => Promise.resolve({ statusCode: 200, body: '<html>' }));
    expect((await failure(client.call({ method: 'GET', path: '/heddle/v1' }))).message).toMatch(/is it Heddle\?/);
  });

  it('says where nothing answers, and how to start', async () => {
    const { endpoint } = await clientOf(echo);
    for (const close of closing.splice(0)) await close();
    const credentials = () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
    const client = createClient({ endpoint, region: 'us-east-1', credentials });
    const error = await failure(client.call({ method: 'GET', path: '/' }));
    expect(error.message).toContain(`nothing answers at ${endpoint.origin}: start Heddle with \`npm start\``);
  });
});
