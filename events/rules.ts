// Rules on one document that the contract's shapes cannot say: names, one protocol a route, paths that begin with a
// slash. They are App Mesh's; where its guide states one, the sentence is named.
import type { Fault } from './model/validate.ts';
import type { ResourceRef } from './names.ts';
import type { Spec } from './spec.ts';

/** The faults of a document with a name of its own (creation) or without (update). */
export function faultsOf(ref: ResourceRef, spec: Spec): readonly Fault[] {
  return [...nameFaults(ref), ...routeFaults(ref, spec)];
}

// "Names: up to 255 letters, digits, - and _" (API reference); a virtual service's is any host name, with no room for
// what would break its ARN and its path.
function nameFaults(ref: ResourceRef): readonly Fault[] {
  const path = `${ref.kind}Name`;
  if (ref.kind === 'virtualService') {
    return /^[^\s/]{1,255}$/u.test(ref.name)
      ? []
      : [nameFault(path, ref.name, 'Member must be a host name of 1 to 255 characters')];
  }
  const rule = 'Member must satisfy regular expression pattern: ^[a-zA-Z0-9_-]+$';
  return /^[a-zA-Z0-9_-]+$/.test(ref.name) ? [] : [nameFault(path, ref.name, rule)];
}

const nameFault = (path: string, name: string, rule: string): Fault => ({
  path,
  message: `Value '${name}' at '${path}' failed to satisfy constraint: ${rule}`,
});

const routeMembers = ['grpcRoute', 'http2Route', 'httpRoute', 'tcpRoute'] as const;

function routeFaults(ref: ResourceRef, spec: Spec): readonly Fault[] {
  if (ref.kind !== 'route' && ref.kind !== 'gatewayRoute') return [];
  const members = routeMembers.filter((member) => ref.kind === 'route' || member !== 'tcpRoute');
  const given = members.filter((member) => member in spec);
  const faults: Fault[] = [];
  if (given.length !== 1) {
    const rule = `Exactly one of [${members.join(', ')}] must be set`;
    faults.push({ path: 'spec', message: `Value at 'spec' failed to satisfy constraint: ${rule}` });
  }
  for (const member of given) {
    const path = `spec.${member}.match`;
    const match = (spec as Record<string, { match?: Match }>)[member]?.match;
    faults.push(...matchFaults(path, match), ...(ref.kind === 'gatewayRoute' ? reservedFaults(path, match) : []));
  }
  return faults;
}

interface Match {
  readonly prefix?: string;
  readonly serviceName?: string;
  readonly path?: { readonly exact?: string; readonly regex?: string };
}

// "This parameter must always start with /" (API reference, HttpRouteMatch and HttpGatewayRouteMatch).
function matchFaults(path: string, match: Match | undefined): readonly Fault[] {
  const slash = (member: string, value: string | undefined): readonly Fault[] =>
    value === undefined || value.startsWith('/')
      ? []
      : [
          {
            path: member,
            message: `Value '${value}' at '${member}' failed to satisfy constraint: Member must start with /`,
          },
        ];
  return [...slash(`${path}.prefix`, match?.prefix), ...slash(`${path}.path.exact`, match?.path?.exact)];
}

// App Mesh keeps these for itself at its gateways (guide, "Gateway routes": prefixes `/aws-appmesh*`,
// `/aws-app-mesh*`; gRPC services `aws.app-mesh*`, `aws.appmesh*`).
function reservedFaults(path: string, match: Match | undefined): readonly Fault[] {
  const reserved = (member: string, value: string | undefined, form: RegExp): readonly Fault[] =>
    value === undefined || !form.test(value)
      ? []
      : [
          {
            path: member,
            message: `Value '${value}' at '${member}' failed to satisfy constraint: Member must not be one that App Mesh reserves`,
          },
        ];
  return [
    ...reserved(`${path}.prefix`, match?.prefix, /^\/aws-app-?mesh/),
    ...reserved(`${path}.serviceName`, match?.serviceName, /^aws\.app-?mesh/),
  ];
}
