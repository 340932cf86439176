// The floor under every push: one message there and back over a bare gRPC stream of the same library on the same host.
import {
  credentials,
  type MethodDefinition,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
} from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;
const method: MethodDefinition<Buffer, Buffer> = {
  path: '/bench.Echo/Echo',
  requestStream: true,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};

/** Milliseconds of each of `rounds` round trips, with a message of `bytes` bytes. */
export async function echoRoundTrips(rounds: number, bytes: number): Promise<readonly number[]> {
  const server = new Server();
  server.addService(
    { Echo: method },
    { Echo: (call: ServerDuplexStream<Buffer, Buffer>) => void call.on('data', (data: Buffer) => call.write(data)) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const Client = makeGenericClientConstructor({ Echo: method }, 'Echo');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = client.makeBidiStreamRequest(method.path, same, same);
  call.on('error', () => {});
  const message = Buffer.alloc(bytes, 1);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const back = new Promise((resolve) => call.once('data', resolve));
    call.write(message);
    await back;
    times.push(performance.now() - started);
  }
  call.cancel();
  client.close();
  server.forceShutdown();
  return times;
}
