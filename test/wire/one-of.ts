// Structures of which App Mesh takes one member at a time although the contract does not call them unions: a document
// that is made from the contract must choose.
import { structureOf } from './member-site.ts';

const choices: Readonly<Record<string, readonly string[]>> = {
  RouteSpec: ['httpRoute', 'http2Route', 'grpcRoute', 'tcpRoute'],
  GatewayRouteSpec: ['httpRoute', 'http2Route', 'grpcRoute'],
  HttpRouteMatch: ['prefix', 'path'],
  HttpGatewayRouteMatch: ['prefix', 'path'],
  HttpPathMatch: ['exact', 'regex'],
  GatewayRouteHostnameMatch: ['exact', 'suffix'],
  HttpGatewayRouteRewrite: ['prefix', 'path'],
  HttpGatewayRoutePrefixRewrite: ['value', 'defaultPrefix'],
};

/** The members of which a document may have one; none where all may stand together. */
export function alternativesOf(structure: string): readonly string[] {
  const { union, members } = structureOf(structure);
  return union === true ? Object.keys(members) : (choices[structure] ?? []);
}

/** Whether a document of this structure must have one of its alternatives. */
export const mustChoose = (structure: string): boolean =>
  structureOf(structure).union === true ||
  ['RouteSpec', 'GatewayRouteSpec', 'HttpPathMatch', 'GatewayRouteHostnameMatch'].includes(structure);
