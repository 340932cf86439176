// The streamer's own face for load balancers and Prometheus: /healthz, /readyz and /metrics on an address of its own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { CertificatesFollowed } from './sources/secrets.ts';

export interface AdminParts {
  readonly metrics: Registry;
  /** False before the first load and while draining. */
  readonly ready: () => boolean;
  /** Dependencies that are lost now, by name, each with what is known of it. */
  readonly lost: () => Readonly<Record<string, string>>;
  readonly followedCertificates: () => Pick<CertificatesFollowed, 'troubles'>;
}

export interface Admin {
  /** `host:port` as bound. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens on `host:port` (port 0: any). */
export async function startAdmin(address: string, parts: AdminParts): Promise<Admin> {
  const { metrics, ready, lost, followedCertificates } = parts;
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const json = (status: number, body: unknown) => reply(status, 'application/json', `${JSON.stringify(body)}\n`);
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') json(405, { message: 'GET is all there is here' });
    else if (path === '/healthz') json(200, { status: 'serving', certificates: followedCertificates().troubles });
    else if (path === '/readyz') json(ready() ? 200 : 503, { ready: ready(), lost: lost() });
    else if (path === '/metrics') {
      metrics.metrics().then(
        (text) => reply(200, metrics.contentType, text),
        (error: unknown) => json(500, { message: String(error) }),
      );
    } else json(404, { message: 'Known here: /healthz, /readyz, /metrics' });
  });
  const cut = address.lastIndexOf(':');
  const host = address.slice(0, cut).replace(/^\[|\]$/g, '');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(address.slice(cut + 1)), host, () => resolve());
  });
  const { address: bound, port, family } = server.address() as AddressInfo;
  return {
    address: `${family === 'IPv6' ? `[${bound}]` : bound}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
