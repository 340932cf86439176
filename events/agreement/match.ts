// Where a route's match disagrees with the listeners of its router, a gateway route's with those of its gateway.
import type { PortMapping } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { routeProtocols } from '../rules/route-protocol.ts';
import { misfit, shown } from './ports.ts';
import type { Part } from './route-part.ts';

// App Mesh's own answers: "Route must define a port match criteria if the Virtual Router has multiple listeners",
// "Gateway route must define a match port if the parent Virtual Gateway has multiple listeners". "The protocol that you
// select must match the listener protocol that you selected for your virtual router" (guide, "Routes").
export function matchDisagreements(
  parent: string,
  ports: readonly PortMapping[],
  { member, match }: Part,
): readonly Fault[] {
  const path = `spec.${member}`;
  const port = `${path}.match.port`;
  switch (misfit(ports, match?.port, routeProtocols[member])) {
    case undefined:
      return [];
    case 'port missing':
      return [constraint(port, null, `Member must not be null if the ${parent} has multiple listeners`)];
    case 'port unknown':
      return [constraint(port, match?.port, `Member must be the port of a listener of the ${parent}: ${shown(ports)}`)];
    case 'protocol': {
      const rule = `the protocol must be that of the listener of the ${parent}: ${shown(ports)}`;
      return [{ path, message: `Value at '${path}' failed to satisfy constraint: ${rule}` }];
    }
  }
}
