// A virtual node that takes traffic must say where it is found.
import type { VirtualNodeSpec } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { listenerFaults } from './listener.ts';

export function virtualNodeFaults({ listeners = [], serviceDiscovery }: VirtualNodeSpec): readonly Fault[] {
  // "If you specify a listener, then you must specify service discovery information" (API reference, VirtualNodeSpec).
  const nowhere = listeners.length > 0 && serviceDiscovery === undefined;
  const rule = 'Member must not be null when the virtual node has a listener';
  return [...(nowhere ? [constraint('spec.serviceDiscovery', null, rule)] : []), ...listenerFaults(listeners)];
}
