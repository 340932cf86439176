// The Color App: its documents as they stand in examples/color, and where each of its proxies is placed on one host.
import blue from '../../examples/color/blue.json' with { type: 'json' };
import canary from '../../examples/color/canary.json' with { type: 'json' };
import front from '../../examples/color/front.json' with { type: 'json' };
import frontRoute from '../../examples/color/front-route.json' with { type: 'json' };
import mesh from '../../examples/color/mesh.json' with { type: 'json' };
import paintRouter from '../../examples/color/paint-router.json' with { type: 'json' };
import paintService from '../../examples/color/paint-service.json' with { type: 'json' };
import red from '../../examples/color/red.json' with { type: 'json' };
import teller from '../../examples/color/teller.json' with { type: 'json' };
import tellerService from '../../examples/color/teller-service.json' with { type: 'json' };
import type { Call, Client } from '../client.ts';
import { operationCall } from '../operation-call.ts';

const documents = [
  ['CreateMesh', mesh],
  ['CreateVirtualNode', red],
  ['CreateVirtualNode', blue],
  ['CreateVirtualRouter', paintRouter],
  ['CreateRoute', canary],
  ['CreateVirtualService', paintService],
  ['CreateVirtualNode', teller],
  ['CreateVirtualService', tellerService],
  ['CreateVirtualGateway', front],
  ['CreateGatewayRoute', frontRoute],
] as const;

export const colors = ['red', 'blue'] as const;
export type Color = (typeof colors)[number];
export type Weights = Readonly<Record<Color, number>>;

/** The virtual service that the teller asks for a color. */
export const paintHost = paintService.virtualServiceName;

const listenerPort = (document: typeof front | typeof red): number => document.spec.listeners[0]?.portMapping.port ?? 0;
const address = (node: typeof red): string => node.spec.serviceDiscovery.dns.hostname;

/** A proxy of the Color App: the address that its Envoy binds, and the port of its listener. */
export interface ColorProxy {
  readonly name: 'front' | 'teller' | Color;
  readonly resource: string;
  readonly bind: string;
  readonly port: number;
}

export const frontProxy: ColorProxy = {
  name: 'front',
  resource: 'mesh/color/virtualGateway/front',
  bind: '127.0.0.1',
  port: listenerPort(front),
};
const nodeProxy = (name: 'teller' | Color, node: typeof red): ColorProxy => ({
  name,
  resource: `mesh/color/virtualNode/${name}`,
  bind: address(node),
  port: listenerPort(node),
});

/** Nodes before those that call them, so that nobody starts with a dead backend. */
export const colorProxies: readonly ColorProxy[] = [
  nodeProxy('red', red),
  nodeProxy('blue', blue),
  nodeProxy('teller', teller),
  frontProxy,
];

/** Creates the whole mesh; `ports` says which listener ports had to give way to others. */
export async function createColorApp(client: Client, ports: ReadonlyMap<number, number>): Promise<void> {
  for (const [operation, document] of documents) await client.call(operationCall(operation, moved(document, ports)));
}

/** The call that shifts the canary. */
export function canaryCall(weights: Weights): Call {
  const weightedTargets = colors.map((color) => ({ virtualNode: color, weight: weights[color] }));
  const httpRoute = { ...canary.spec.httpRoute, action: { weightedTargets } };
  return operationCall('UpdateRoute', { ...canary, spec: { httpRoute } });
}

function moved(document: object, ports: ReadonlyMap<number, number>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    key === 'port' && typeof value === 'number' ? (ports.get(value) ?? value) : value,
  ) as Record<string, unknown>;
}
