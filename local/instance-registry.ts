// Where the instances of nodes are registered: in the embedded registry, which answers Cloud Map's own API here, or in
// Cloud Map itself.
import type { InstanceRegistry } from '#events/instances.ts';
import type { ViewStore } from '#events/store.ts';
import { cloudMapTarget, createInstances, type InstancesParts } from '#functions/instances/handler.ts';
import { embeddedRegistry } from '#functions/instances/registry.ts';
import { cloudMap } from '#streamer/sources/cloud-map.ts';
import type { Configuration } from './configuration.ts';
import type { GatewayRoute } from './gateway.ts';

export interface RegistryHere {
  readonly registry: InstanceRegistry;
  /** What of it is answered on the gateway. */
  routes(parts: Omit<InstancesParts, 'registry' | 'now'>): readonly GatewayRoute[];
  close(): void;
}

/** `now` in milliseconds since the epoch. */
export function openRegistry(
  { cloudMap: settings, region }: Pick<Configuration, 'cloudMap' | 'region'>,
  views: ViewStore,
  now: () => number,
): RegistryHere {
  if (settings === 'embedded') {
    const registry = embeddedRegistry(views, now);
    const routes: RegistryHere['routes'] = (parts) => [
      { prefix: '/', target: cloudMapTarget, handler: createInstances({ ...parts, registry, now }) },
    ];
    return { registry, routes, close: () => {} };
  }
  const registry = cloudMap({ ...settings, region });
  return { registry, routes: () => [], close: registry.close };
}
