// Messages that bring their prefix arrive whole, and the library does not copy them: its serializer is not called.
import { credentials, makeGenericClientConstructor, Server, ServerCredentials } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { prefixed, unprefixed, writesPrefixed } from './message-prefix.ts';

const same = (bytes: Buffer): Buffer => bytes;

async function ask(interceptedService: string): Promise<{ readonly answer: Buffer; readonly serialized: number }> {
  let serialized = 0;
  const method = {
    path: '/a.Service/Ask',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: (bytes: Buffer) => {
      serialized += 1;
      return unprefixed(bytes);
    },
    responseDeserialize: same,
  } as const;
  const server = new Server({ interceptors: [writesPrefixed(interceptedService)] });
  server.addService(
    { Ask: method },
    {
      Ask: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
        answer(null, prefixed(Buffer.from('an answer'))),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const Client = makeGenericClientConstructor({ Ask: method }, 'Service');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(method.path, same, same, Buffer.from('?'), (error, bytes) =>
        error ? reject(error) : resolve(bytes ?? Buffer.alloc(0)),
      );
    });
    return { answer, serialized };
  } finally {
    client.close();
    server.forceShutdown();
  }
}

test('a prefixed message is written as it is', async () => {
  const { answer, serialized } = await ask('a.Service');
  expect(answer.toString()).toBe('an answer');
  expect(serialized).toBe(0);
});

test('without the shortcut the same message arrives', async () => {
  const { answer, serialized } = await ask('another.Service');
  expect(answer.toString()).toBe('an answer');
  expect(serialized).toBe(1);
});
