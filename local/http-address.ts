// An address to listen on, as people write it: HOST:PORT, [IPV6]:PORT or :PORT, which is loopback as well, since
// nothing listens beyond it unless asked to.

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads an address, or returns undefined when it is none. Port 0 lets the system choose. */
export const parseHttpAddress = (text: string): HttpAddress | undefined => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: match[1] ?? (match[2] || '127.0.0.1'), port } : undefined;
};

/** The URL at which a client on this host reaches the address. */
export const urlOf = ({ host, port }: HttpAddress): string => {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
};
