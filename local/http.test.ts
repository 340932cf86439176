// The embedded HTTP server against bad clients, slow clients and its own end.
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpRequest, type HttpServer, type HttpServerOptions } from './http.ts';

const opened: HttpServer[] = [];

const serve = async (
  options: Partial<HttpServerOptions> = {},
): Promise<{ url: string; server: HttpServer; said: unknown[] }> => {
  const said: unknown[] = [];
  const server = createHttpServer({
    answer: async ({ body }) => ({ statusCode: 200, body: body === undefined ? 'too large' : `${body.length}` }),
    onFailure: (error) => said.push(error),
    onMalformed: ({ status }, reason) => said.push([status, reason]),
    bodyLimit: 1000,
    graceMs: 60_000,
    ...options,
  });
  opened.push(server);
  return { url: await server.listen('127.0.0.1:0'), server, said };
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

/** Writes bytes to a socket and returns all that comes back until the server closes it. */
const raw = async (url: string, bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
};

describe('a request', () => {
  test('arrives as it was sent, and gets an id', async () => {
    const seen: HttpRequest[] = [];
    const { url } = await serve({
      answer: async (request) => {
        seen.push(request);
        return { statusCode: 201, headers: { 'x-one': 1 }, multiValueHeaders: { 'x-two': ['a', 'b'] }, body: '"ü"' };
      },
    });
    const response = await fetch(`${url}/a%2Fb?c=%20`, { method: 'PUT', body: 'body', headers: { 'X-Case': 'kept' } });
    expect([
      response.status,
      response.headers.get('x-one'),
      response.headers.get('x-two'),
      await response.text(),
    ]).toEqual([201, '1', 'a, b', '"ü"']);
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      target: '/a%2Fb?c=%20',
      sourceIp: '127.0.0.1',
      body: Buffer.from('body'),
    });
    expect(seen[0]?.headers['x-case']).toEqual(['kept']);
    expect(response.headers.get('x-amzn-requestid')).toBe(seen[0]?.requestId);
  });

  test('may answer with bytes', async () => {
    const body = Buffer.from([0, 255]).toString('base64');
    const { url } = await serve({ answer: async () => ({ statusCode: 200, body, isBase64Encoded: true }) });
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.from([0, 255]));
  });

  test.each([
    [1000, '1000'],
    [1001, 'too large'],
    [100_000, 'too large'],
  ])('with a body of %i bytes gets an answer', async (size, expected) => {
    const { url } = await serve();
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(size) });
    expect(await response.text()).toBe(expected);
  });

  test('that throws is answered with 500 and reported, and the next one is served', async () => {
    let count = 0;
    const { url, said } = await serve({
      answer: async () => {
        count += 1;
        if (count === 1) throw new Error('a bug');
        return count === 2 ? { statusCode: 200, headers: { bad: 'a\nb' }, body: '' } : { statusCode: 204, body: '' };
      },
    });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await fetch(url)).status);
    expect(statuses).toEqual([500, 500, 204]);
    expect(said).toEqual([new Error('a bug'), expect.objectContaining({ code: 'ERR_INVALID_CHAR' })]);
  });
});

describe('what is no request', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n', '400 Bad Request'],
    ['too large headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', '400 Bad Request'],
  ])('%s is refused with JSON and reported', async (_what, bytes, status) => {
    const { url, said } = await serve();
    const answer = await raw(url, bytes);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer).toContain('x-amzn-errortype: BadRequestException');
    expect(answer).toMatch(/\{"message":"[^"]+"\}$/);
    expect(said).toEqual([[Number(status.slice(0, 3)), expect.stringMatching(/^HPE_/)]]);
  });

  test('a request that never arrives whole is ended', async () => {
    const { url, said } = await serve({ requestTimeoutMs: 100 });
    expect(await raw(url, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')).toContain(
      '408 Request Timeout',
    );
    expect(said).toEqual([[408, 'ERR_HTTP_REQUEST_TIMEOUT']]);
  });

  test('a client that leaves in the middle harms nobody, and its request is not answered', async () => {
    const methods: string[] = [];
    const { url } = await serve({
      answer: async ({ method }) => {
        methods.push(method);
        return { statusCode: 200, body: '' };
      },
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await once(socket, 'connect');
    socket.destroy();
    expect((await fetch(url)).status).toBe(200);
    expect(methods).toEqual(['GET']);
  });
});

describe('close', () => {
  test('lets a running request finish, and accepts no more', async () => {
    const running = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { url, server } = await serve({
      answer: async () => {
        running.resolve();
        await finish.promise;
        return { statusCode: 200, body: 'done' };
      },
    });
    const answer = fetch(url);
    await running.promise;
    const closed = server.close();
    await expect(fetch(url)).rejects.toThrow();
    finish.resolve();
    const response = await answer;
    expect([await response.text(), response.headers.get('connection')]).toEqual(['done', 'close']);
    await closed;
  });

  test('does not wait for idle connections, used or not', async () => {
    const { url, server } = await serve();
    const unused = connect(Number(new URL(url).port), '127.0.0.1');
    await once(unused, 'connect');
    const agent = new Agent({ keepAlive: true });
    const used = httpRequest(url, { agent });
    used.end();
    const [response] = await once(used, 'response');
    await text(response);
    await Promise.all([server.close(), once(unused, 'close')]);
    agent.destroy();
  });

  test('cuts off what does not finish in time', async () => {
    const running = Promise.withResolvers<void>();
    const { url, server } = await serve({
      graceMs: 50,
      answer: () => {
        running.resolve();
        return new Promise(() => undefined);
      },
    });
    const answer = fetch(url).then(
      () => 'answered',
      () => 'cut off',
    );
    await running.promise;
    await server.close();
    expect(await answer).toBe('cut off');
  });
});

describe('listen', () => {
  test('names a taken address', async () => {
    const { url } = await serve();
    const second = createHttpServer({
      answer: async () => ({ statusCode: 200, body: '' }),
      onFailure: () => undefined,
      onMalformed: () => undefined,
      bodyLimit: 1,
    });
    await expect(second.listen(new URL(url).host)).rejects.toThrow(
      `EADDRINUSE: address already in use ${new URL(url).host}`,
    );
  });

  test('names an address that is none', async () => {
    const { server } = await serve();
    await expect(server.listen('8080')).rejects.toThrow('"8080" is not an address');
  });
});
