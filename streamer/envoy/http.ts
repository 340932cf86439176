// What a chain does with HTTP, as Envoy's HttpConnectionManager.
import { Router } from '../gen/envoy/extensions/filters/http/router/v3/router.ts';
import type { DeepPartial } from '../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.ts';
import {
  HttpConnectionManager,
  HttpConnectionManager_PathWithEscapedSlashesAction,
} from '../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.ts';
import type { Any } from '../gen/google/protobuf/any.ts';
import type { HttpService, RouteTable } from '../graph/graph.ts';
import { accessLogs } from './accesslog.ts';
import { packed } from './any.ts';
import { tableName } from './names.ts';
import { routeConfiguration } from './route.ts';
import { type Form, overAds } from './source.ts';

const router = {
  name: 'envoy.filters.http.router',
  configType: { $case: 'typedConfig', value: packed(Router, {}) },
} as const;

export function httpConnectionManager({ statPrefix, table, stripsOwnPort, accessLog }: HttpService, form: Form): Any {
  return packed(HttpConnectionManager, {
    statPrefix,
    routeSpecifier: routeSpecifier(table, form),
    httpFilters: [router],
    // An empty one lets the tracer that the bootstrap may configure decide.
    tracing: {},
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    // Guide, path matching: routes match the path with its dots resolved and its slashes merged.
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: HttpConnectionManager_PathWithEscapedSlashesAction.KEEP_UNCHANGED,
    stripMatchingHostPort: stripsOwnPort,
    accessLog: accessLogs(accessLog, form),
  });
}

function routeSpecifier(table: RouteTable, form: Form): DeepPartial<HttpConnectionManager>['routeSpecifier'] {
  return form === 'static'
    ? { $case: 'routeConfig', value: routeConfiguration(table) }
    : { $case: 'rds', value: { routeConfigName: tableName(table), configSource: overAds } };
}
