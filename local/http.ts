// The embedded HTTP server: sockets, limits and deadlines around one function that answers requests. It reads a
// whole request before it asks for the answer, and stops gracefully. What a request means is decided elsewhere.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { badRequest, type GatewayRefusal, internalError, refusalResult } from './gateway-refusal.ts';
import { type HttpAddress, parseHttpAddress, urlOf } from './http-address.ts';

export interface HttpRequest {
  readonly requestId: string;
  readonly method: string;
  /** The request's target as on the wire: path and query, normally. */
  readonly target: string;
  readonly httpVersion: string;
  /** By lower-case name, all values. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  /** Undefined when it was larger than `bodyLimit`. */
  readonly body: Uint8Array | undefined;
}

export interface HttpServerOptions {
  readonly answer: (request: HttpRequest) => Promise<APIGatewayProxyResult>;
  /** Told what `answer` threw, or why its answer could not be sent; the client gets status 500. */
  readonly onFailure: (error: unknown, requestId: string) => void;
  /** Told about what came over a socket and was no HTTP request; `reason` is the parser's code. */
  readonly onMalformed: (refusal: GatewayRefusal, reason: string, sourceIp: string) => void;
  /** Bytes. */
  readonly bodyLimit: number;
  /** Milliseconds within which a request must have arrived whole; 60 s by default. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds that requests have to finish when the server closes; 10 s by default. */
  readonly graceMs?: number;
}

export interface HttpServer {
  /** Starts to listen at `HOST:PORT`; returns the URL. */
  listen(address: string): Promise<string>;
  /** Accepts nothing more, lets running requests finish, then returns. */
  close(): Promise<void>;
}

// A body over the limit is read and thrown away up to this factor, because a client that is cut off while it
// still writes rarely reads the answer.
const DISCARD_FACTOR = 16;

// What is left of a request whose client went away before it had sent all of it: nobody to answer.
const ABORTED = Symbol('aborted');

const readBody = (request: IncomingMessage, limit: number): Promise<Buffer | undefined | typeof ABORTED> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limit * DISCARD_FACTOR) resolve(undefined);
    });
    request.on('end', () => resolve(size > limit ? undefined : Buffer.concat(chunks)));
    request.on('error', () => resolve(ABORTED));
  });

const send = (response: ServerResponse, requestId: string, result: APIGatewayProxyResult): void => {
  response.setHeader('x-amzn-requestid', requestId);
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) {
    response.setHeader(name, values.map(String));
  }
  // Text goes out in one piece with the headers, bytes would not.
  const body = result.isBase64Encoded === true ? Buffer.from(result.body, 'base64') : result.body;
  if (result.statusCode !== 204 && result.statusCode !== 304) {
    response.setHeader('content-length', Buffer.byteLength(body));
  }
  response.writeHead(result.statusCode).end(body);
};

const malformed = (code: string): GatewayRefusal => {
  if (code === 'HPE_HEADER_OVERFLOW') return badRequest('The headers of the request are too large.', 431);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return badRequest('The request did not arrive in time.', 408);
  return badRequest('This is not an HTTP/1.1 request.');
};

const sendRaw = (socket: Duplex, refusal: GatewayRefusal): void => {
  const { statusCode, headers, body } = refusalResult(refusal);
  const fields = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n${lines}\r\n${body}`);
};

const fail = (response: ServerResponse, requestId: string): void => {
  if (response.headersSent) {
    // Half an answer is on its way: only the end of the connection can take it back.
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  send(response, requestId, refusalResult(internalError()));
};

/** Makes a server that listens nowhere yet. */
export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const { answer, onFailure, onMalformed, bodyLimit, requestTimeoutMs = 60_000, graceMs = 10_000 } = options;
  // Connections that never sent a request: Node does not count them as idle.
  const silent = new Set<Duplex>();
  let closing = false;

  const respond = async (request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> => {
    const body = await readBody(request, bodyLimit);
    if (body === ABORTED) return;
    const result = await answer({
      requestId,
      method: request.method ?? '',
      target: request.url ?? '',
      httpVersion: request.httpVersion,
      headers: request.headersDistinct,
      rawHeaders: request.rawHeaders,
      sourceIp: request.socket.remoteAddress ?? '',
      body,
    });
    if (closing || !request.complete) response.setHeader('connection', 'close');
    send(response, requestId, result);
  };

  const server = createServer(
    {
      // Longer than clients keep a connection that they do not use, so that it is they who close it.
      keepAliveTimeout: 75_000,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, 10_000),
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 5000),
    },
    (request, response) => {
      silent.delete(request.socket);
      const requestId = randomUUID();
      respond(request, response, requestId).catch((error: unknown) => {
        onFailure(error, requestId);
        fail(response, requestId);
      });
    },
  );
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.on('close', () => silent.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { code = '' } = error;
    const { remoteAddress = '', bytesRead = 0 } = socket as Partial<IncomingMessage['socket']>;
    if (code === 'ECONNRESET' || !socket.writable || bytesRead === 0) {
      socket.destroy();
      return;
    }
    const refusal = malformed(code);
    onMalformed(refusal, code, remoteAddress);
    sendRaw(socket, refusal);
  });

  const listenAt = ({ host, port }: HttpAddress): Promise<string> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.removeListener('error', reject);
        const bound = server.address();
        resolve(urlOf({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port }));
      });
    });

  return {
    listen: async (address) => {
      const parsed = parseHttpAddress(address);
      if (parsed === undefined) throw new Error(`"${address}" is not an address like 127.0.0.1:8080.`);
      return listenAt(parsed);
    },
    close: () =>
      new Promise((resolve) => {
        closing = true;
        const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(deadline);
          resolve();
        });
        for (const socket of silent) socket.destroy();
      }),
  };
};
