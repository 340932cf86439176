// Where the port of a target disagrees with the listeners of what it means.
import type { PortMapping } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { misfit, shown } from './ports.ts';

export function targetPortFaults(
  path: string,
  whose: string,
  ports: readonly PortMapping[],
  port: number | undefined,
): readonly Fault[] {
  switch (misfit(ports, port, undefined)) {
    case 'port missing':
      return [constraint(path, null, `Member must not be null: ${whose} has multiple listeners`)];
    case 'port unknown':
      return [constraint(path, port, `Member must be a port that ${whose} listens on: ${shown(ports)}`)];
    default:
      return [];
  }
}
