// What the suite of the API works with: the real SDK's client for each caller, and a way to send signed requests that no
// SDK would make, over the same handler.
import { Sha256 } from '@aws-crypto/sha256-js';
import { AppMeshClient, type AppMeshClientConfig, CreateMeshCommand } from '@aws-sdk/client-app-mesh';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { operationCall } from '#cli/operation-call.ts';
import { arnOf, type Key } from '#events/names.ts';
import { type Principal, principals } from './principals.ts';

/** An App Mesh API that knows the principals, and how to reach it. */
export interface ApiUnderTest {
  readonly region: string;
  readonly endpoint: string;
  /** Where no socket is in between. */
  readonly requestHandler?: NonNullable<AppMeshClientConfig['requestHandler']>;
  close(): Promise<void>;
}

export interface RawRequest {
  readonly method: string;
  /** As on the wire. */
  readonly path: string;
  readonly query?: Record<string, string | string[]>;
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly region: string;
  client(principal?: Principal): AppMeshClient;
  /** Sends an operation by its name, as the SDK does. */
  call(operation: string, input: object, principal?: Principal): Promise<RawAnswer>;
  send(request: RawRequest, principal?: Principal): Promise<RawAnswer>;
  /** A name that no test had before. */
  name(): string;
  /** The name of a new mesh. */
  mesh(principal?: Principal): Promise<string>;
  arn(meshName: string, key?: Key, account?: string): string;
  close(): Promise<void>;
}

let named = 0;

export function benchOf(api: ApiUnderTest): Bench {
  const { region, endpoint, requestHandler } = api;
  const clients = new Map<string, AppMeshClient>();

  function client(principal: Principal = principals.owner): AppMeshClient {
    const { accessKeyId, secretAccessKey } = principal;
    const made =
      clients.get(accessKeyId) ??
      new AppMeshClient({
        region,
        endpoint,
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
        ...(requestHandler && { requestHandler }),
      });
    clients.set(accessKeyId, made);
    return made;
  }

  async function send({ method, path, query, body }: RawRequest, principal: Principal = principals.owner) {
    const { hostname, port, host, protocol } = new URL(endpoint);
    const to = { protocol, hostname, ...(port && { port: Number(port) }), headers: { host } };
    const request = new HttpRequest({ ...to, method, path, ...(query && { query }), ...(body && { body }) });
    const signer = new SignatureV4({ service: 'appmesh', region, credentials: principal, sha256: Sha256 });
    const signed = (await signer.sign(request)) as HttpRequest;
    const { response } = await client(principal).config.requestHandler.handle(signed);
    let text = '';
    for await (const chunk of response.body as AsyncIterable<Buffer>) text += chunk.toString();
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) };
  }

  async function call(operation: string, input: object, principal: Principal = principals.owner): Promise<RawAnswer> {
    const { body, ...to } = operationCall(operation, { ...input });
    return send({ ...to, ...(body !== undefined && { body: JSON.stringify(body) }) }, principal);
  }

  const name = (): string => {
    named += 1;
    return `mesh-${named}`;
  };

  return {
    region,
    client,
    call,
    send,
    name,
    async mesh(principal) {
      const meshName = name();
      await client(principal).send(new CreateMeshCommand({ meshName }));
      return meshName;
    },
    arn: (meshName, key = 'mesh', account = principals.owner.accountId) => arnOf({ region, account, meshName, key }),
    async close() {
      for (const made of clients.values()) made.destroy();
      await api.close();
    },
  };
}
