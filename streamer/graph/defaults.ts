// Every value that App Mesh supplied when a document said nothing, in one place, each with where it is known from.
import type { Limits, RetryPolicy } from './graph.ts';

/** App Mesh's redirection sends a task's traffic to these two ports (guide: proxy configuration). */
export const ingressPort = 15000;
export const egressPort = 15001;

/** With no IP preference the listeners bind all IPv4 addresses and the application is reached by IPv4 (guide). */
export const anyAddress = '0.0.0.0';
export const loopbackAddress = '127.0.0.1';

/** With one they bind all IPv4 and IPv6 addresses; an application that prefers IPv6 is reached by it (guide). */
export const anyAddressIpv6 = '::';
export const loopbackAddressIpv6 = '::1';

/**
 * With no IP preference a name's IPv4 address is taken where it has one, since it is IPv4 that the listener behind it
 * binds. Envoy's own default asks for IPv6 first, which makes `localhost` refuse connections.
 */
export const addressFamily = 'IPv4 first';

/** Guide, listener and route timeouts: 15 seconds for a request, 300 seconds idle. Milliseconds. */
export const requestTimeout = 15_000;
export const idleTimeout = 300_000;

/** Seen in a configuration dump: one second to a node, a quarter of one around a gateway's loop. Milliseconds. */
export const connectTimeout = 1_000;
export const loopConnectTimeout = 250;

/**
 * Guide, default circuit breaker: none of Envoy's limits is ever reached. App Mesh gave it, and the retries below, to
 * accounts that had no mesh before 29 July 2020; here every mesh has them.
 */
export const limits: Limits = {
  connections: 2_147_483_647,
  pendingRequests: 2_147_483_647,
  requests: 2_147_483_647,
  retries: 2_147_483_647,
};

/**
 * Guide, default route retry policy: two retries on gRPC `unavailable`, HTTP 503, and connection errors; for a route
 * without a policy of its own and for a virtual service that a node provides. TCP has none.
 */
export const retry: RetryPolicy = {
  conditions: ['unavailable', 'connect-failure', 'refused-stream', 'reset', 'retriable-status-codes'],
  statusCodes: [503],
  retries: 2,
  hostSelectionAttempts: 5,
};

/** The weight of a target that has no other beside it. */
export const soleWeight = 100;

/** Guide, egress filter: without one a node reaches its backends and AWS's own endpoints, and nothing else. */
export const egressFilter = 'DROP_ALL';

/** API reference, DnsServiceDiscovery: one address of the answer is used unless ENDPOINTS is asked for. */
export const responseType = 'LOADBALANCER';

/**
 * AWS's endpoints are reachable under either egress filter, in any region (known from a configuration dump), which holds
 * for those of both IP versions and of China too (AWS General Reference, service endpoints).
 */
export const awsServerNames = ['*.amazonaws.com', '*.api.aws', '*.amazonaws.com.cn', '*.api.amazonwebservices.com.cn'];
export const httpsPort = 443;

/**
 * How long a client may be silent before its connection is served without a look at its first bytes, where a tcp listener
 * or backend looks at them: a server that speaks first has to wait as long. Milliseconds.
 */
export const inspectionTimeout = 1_000;

/** A health check that asks for a path and names none asks for this one. */
export const healthPath = '/';
