// Which of the listeners of a node, router or gateway a port and a protocol mean.
import type { PortMapping, PortProtocol } from '../model/shapes.ts';

export interface Listening {
  readonly listeners?: readonly { readonly portMapping: PortMapping }[];
}

export const portsOf = ({ listeners = [] }: Listening): readonly PortMapping[] =>
  listeners.map(({ portMapping }) => portMapping);

export type Misfit = 'port missing' | 'port unknown' | 'protocol';

/** Why a port and a protocol mean none of these; without a protocol any will do. Where nothing listens all is well. */
export function misfit(
  ports: readonly PortMapping[],
  port: number | undefined,
  protocol: PortProtocol | undefined,
): Misfit | undefined {
  const [only, ...others] = ports;
  if (only === undefined) return undefined;
  if (port === undefined && others.length > 0) return 'port missing';
  const meant = port === undefined ? only : ports.find((one) => one.port === port);
  if (meant === undefined) return 'port unknown';
  return protocol === undefined || meant.protocol === protocol ? undefined : 'protocol';
}

export const shown = (ports: readonly PortMapping[]): string =>
  ports.map((one) => `${one.port}/${one.protocol}`).join(', ');
