// The applications of the Color App, unaware of the mesh: two that answer with their color, and the teller, which asks
// for a color through its own Envoy and passes it on.
import { once } from 'node:events';
import { Agent, createServer, get, type RequestListener, type Server } from 'node:http';

export interface Application {
  close(): Promise<void>;
}

/** Answers every request with its color, on 127.0.0.1. */
export function startColor(color: string, port: number): Promise<Application> {
  return listen(port, (_, response) => response.end(color));
}

export interface TellerOptions {
  readonly port: number;
  /** Where the teller's Envoy takes calls into the mesh. */
  readonly egress: { readonly host: string; readonly port: number };
  /** The virtual service that it asks. */
  readonly service: string;
}

/** Answers with the color that the service gives, or 502 with what went wrong. */
export async function startTeller({ port, egress, service }: TellerOptions): Promise<Application> {
  const agent = new Agent({ keepAlive: true });
  const application = await listen(port, (_, response) => {
    const fail = (reason: string): void => void response.writeHead(502).end(reason);
    get({ ...egress, agent, path: '/', headers: { host: service } }, (answer) => {
      if (answer.statusCode !== 200) fail(`${service} answered ${answer.statusCode}`);
      else answer.on('error', (error) => response.destroy(error)).pipe(response);
    }).on('error', (error) => fail(`${service} failed: ${error.message}`));
  });
  return {
    async close() {
      agent.destroy();
      await application.close();
    },
  };
}

async function listen(port: number, answer: RequestListener): Promise<Application> {
  const server = createServer(answer);
  // An idle connection that the application closes just as Envoy uses it is a failed request: it never closes one.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
