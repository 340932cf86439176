// How the texts of options and arguments become values; a text of the wrong form is a usage error that says the right one.
import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { StreamerAddress } from '#agent/bootstrap.ts';
import { refOf } from '#events/names.ts';
import { parseResource } from '#events/resource-text.ts';

const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90`, `90s`, `30m`, `1h`, `2d` as seconds. */
export function durationArgument(text: string): number {
  const [matched, digits = '', unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  const seconds = Number(digits) * secondsPer[unit as keyof typeof secondsPer];
  if (matched === undefined || seconds === 0) {
    throw new InvalidArgumentError('It is a number of seconds, or one with s, m, h or d: 3600, 30m, 1h.');
  }
  return seconds;
}

export function portArgument(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) throw new InvalidArgumentError('It is a port, 1 to 65535.');
  return port;
}

/** A port, or 0 for none. */
export const portOrNoneArgument = (text: string): number => (text === '0' ? 0 : portArgument(text));

/** Gathers `--inbound LISTENERPORT=PORT`, which may be given several times. */
export function inboundArgument(
  text: string,
  gathered: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [listener, port, ...rest] = text.split('=');
  if (listener === undefined || port === undefined || rest.length > 0) {
    throw new InvalidArgumentError('It is LISTENERPORT=PORT.');
  }
  return { ...gathered, [String(portArgument(listener))]: portArgument(port) };
}

/** What a command's help says of RESOURCE. */
export const resourceForms = 'an ARN, or mesh/M/virtualNode/N, or mesh/M/virtualGateway/N';

/** Any resource of a mesh, the mesh itself included, as text. */
export function resourceArgument(text: string): string {
  if (parseResource(text) !== undefined) return text;
  throw new InvalidArgumentError(
    'It is an ARN, or mesh/M, mesh/M/virtualNode/N, mesh/M@OWNER/virtualRouter/R/route/X.',
  );
}

/** A whole number of at least 1. */
export function countArgument(text: string): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('It is a whole number, 1 or more.');
  return count;
}

/** The resource of an Envoy, a virtual node or a virtual gateway, as text: which mesh is meant is for the service to say. */
export function proxyArgument(text: string): string {
  const resource = parseResource(text);
  if (resource === undefined) {
    throw new InvalidArgumentError('It is an ARN, or mesh/M/virtualNode/N, or mesh/M@OWNER/virtualNode/N.');
  }
  const kind = refOf(resource.key)?.kind;
  if (kind !== 'virtualNode' && kind !== 'virtualGateway') {
    throw new InvalidArgumentError(`Only virtual nodes and virtual gateways have Envoys, and this is a ${kind}.`);
  }
  return text;
}

/** An address to bind: a name would be resolved by nobody. */
export function addressArgument(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('It is an IP address.');
  return text;
}

export function endpointArgument(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('It is an address such as http://127.0.0.1:8080.');
  }
  return url;
}

/** `host:port`, `[::1]:port` or `unix:/absolute/path`. */
export function streamerArgument(text: string): StreamerAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [matched, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (matched === undefined || host === undefined) {
    throw new InvalidArgumentError('It is host:port or unix:/absolute/path.');
  }
  return { host, port: portArgument(port) };
}
