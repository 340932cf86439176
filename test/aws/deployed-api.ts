// The deployed API as a suite calls it. Requests of the account's own principals go through API Gateway, signed again with
// the keys that IAM gave them; those of other accounts, whom the emulator's API Gateway answers with 404, straight to the
// function, with the event that API Gateway would make.
import { Sha256 } from '@aws-crypto/sha256-js';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { eventOf, keyIdOf, responseOf, textOf } from '#test/api/sdk-exchange.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import type { Principal } from '#test/suites/api/principals.ts';
import type { Deployment } from './deployment.ts';
import { fewAtOnce } from './few-at-once.ts';
import type { Keys } from './iam-users.ts';

/** What belongs to the signature that is made anew. */
const replaced = /^(authorization|content-length|host|x-amz-(content-sha256|date))$/i;

/** Which function API Gateway would call. */
const functionFor = (path: string): string => (path.startsWith('/v20190125') ? 'api' : 'sharing');

export function deployedApi(
  { apiUrl, region, account, functionName }: Deployment,
  principals: readonly Principal[],
  keys: ReadonlyMap<string, Keys>,
): ApiUnderTest {
  const few = fewAtOnce(6);
  const http = new NodeHttpHandler();
  const lambda = new LambdaClient();
  const target = new URL(apiUrl);

  async function throughGateway(request: HttpRequest, credentials: Keys) {
    const { method, query } = request;
    const body = textOf(request.body);
    const unsigned = Object.entries(request.headers).filter(([name]) => !replaced.test(name));
    const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
    const signed = await signer.sign(
      new HttpRequest({
        protocol: target.protocol,
        hostname: target.hostname,
        port: Number(target.port),
        path: `${target.pathname}${request.path}`,
        method,
        query,
        headers: {
          ...Object.fromEntries(unsigned),
          host: target.host,
          ...(body && { 'content-length': String(Buffer.byteLength(body)) }),
        },
        body,
      }),
    );
    return http.handle(signed as HttpRequest);
  }

  async function toFunction(request: HttpRequest, principal: Principal) {
    const event = eventOf(request, principal);
    const { Payload = new Uint8Array() } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName(functionFor(request.path)), Payload: JSON.stringify(event) }),
    );
    return responseOf(JSON.parse(new TextDecoder().decode(Payload)) as APIGatewayProxyResult);
  }

  async function handle(request: HttpRequest) {
    const keyId = keyIdOf(request) ?? '';
    const principal = principals.find(({ accessKeyId }) => accessKeyId === keyId);
    if (principal === undefined) throw new Error('an unsigned request');
    // The emulator decodes paths, which API Gateway passes on as they are: those that would arrive as others go past it.
    if (request.path.includes('%')) return toFunction(request, principal);
    const own = principal.accountId === account ? keys.get(keyId) : undefined;
    return own === undefined ? toFunction(request, principal) : throughGateway(request, own);
  }

  return {
    region,
    endpoint: 'http://deployed.invalid',
    requestHandler: { handle: (request: HttpRequest) => few(() => handle(request)) },
    close: async () => {
      http.destroy();
      lambda.destroy();
    },
  };
}
