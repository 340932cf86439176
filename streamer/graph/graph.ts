// What one proxy must know, as Envoy's nouns with resolved pointers and every default filled in: no names to look up,
// no decision left. streamer/envoy prints it, and nothing here knows how that looks.

import type { InstanceQuery } from '#events/instances.ts';
import type { PortProtocol } from '#events/model/shapes.ts';
import type { IssuedTrust, KeyPair } from './issued.ts';

export type HttpProtocol = Exclude<PortProtocol, 'tcp'>;
export type Direction = 'ingress' | 'egress';

/** All of one proxy's configuration; the tables and clusters are those that the listeners lead to, each once. */
export interface ProxyGraph {
  readonly listeners: readonly Listener[];
  readonly tables: readonly RouteTable[];
  readonly clusters: readonly Cluster[];
  /** Who answers for the clusters whose endpoints are instances. */
  readonly endpoints: readonly Endpoints[];
  /** What listeners and clusters are given beside them, each once. */
  readonly secrets: readonly Secret[];
}

export interface Listener {
  readonly direction: Direction;
  readonly address: string;
  readonly port: number;
  /** An IPv6 address takes IPv4 connections too. */
  readonly alsoIpv4: boolean;
  /** Connections arrive by redirection, so that their own destination must be asked of the kernel. */
  readonly redirected: boolean;
  /** The port is this proxy's alone: a second Envoy on the host is refused instead of sharing the connections. */
  readonly exclusive: boolean;
  /** On which connections the first bytes are awaited to look for a TLS hello. */
  readonly inspectsTls: 'never' | 'always' | { readonly onPorts: readonly number[] };
  /** Milliseconds in which a client must have said something to be looked at, and is served all the same; Envoy's own when absent. */
  readonly inspectionTimeout?: number;
  readonly chains: readonly Chain[];
}

/** What a connection must be to be served by a chain; an empty match takes all. */
export interface ChainMatch {
  readonly destinationPort?: number;
  /** Any IPv4 destination: App Mesh wrote it into each chain of its egress listeners. */
  readonly anyIpv4?: true;
  /** The destination is one of these IP addresses. */
  readonly destinations?: readonly string[];
  /** Only connections that begin with a TLS hello. */
  readonly tls?: true;
  readonly serverNames?: readonly string[];
  /** Only from this host itself: loopback, or source and destination address are equal. */
  readonly fromSameHost?: true;
}

export interface Chain {
  readonly match: ChainMatch;
  readonly serves: HttpService | TcpService;
  /** The chain speaks TLS to its clients; plain text otherwise. */
  readonly tls?: ServerTls;
}

export interface HttpService {
  readonly kind: 'http';
  readonly statPrefix: string;
  readonly table: RouteTable;
  /** A Host that names the listener's own port means the host alone. */
  readonly stripsOwnPort: boolean;
  readonly accessLog?: AccessLog;
}

/** `idleTimeout` in milliseconds, 0 for no limit; Envoy's own when absent. */
export interface TcpService {
  readonly kind: 'tcp';
  readonly statPrefix: string;
  readonly targets: readonly WeightedTarget[];
  readonly idleTimeout?: number;
  readonly accessLog?: AccessLog;
}

/** Where a line goes for each request or connection; Envoy's own line when `format` is absent. */
export interface AccessLog {
  readonly path: string;
  readonly format?:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'json'; readonly members: readonly (readonly [string, string])[] };
}

/** `protocol` is part of the table's name; `direct` serves clients that connect to the egress port itself. */
export interface RouteTable {
  readonly direction: Direction;
  readonly protocol: HttpProtocol | 'direct';
  readonly port: number;
  /** A Host with any port means the host alone. */
  readonly ignoresHostPort?: true;
  readonly hosts: readonly VirtualHost[];
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  /** In the order in which they are tried. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly match: RouteMatch;
  /** The virtual service whose route it is. */
  readonly service?: string;
  readonly action: Forward | Answer;
  /** What a request gains on its way, in place of what it had under the name, and what it loses. */
  readonly setsHeader?: { readonly name: string; readonly value: string };
  readonly removesHeader?: string;
}

/** All of it must hold. Of the path without its query; a prefix is plain, not one of segments. */
export interface RouteMatch {
  readonly path: { readonly kind: 'prefix' | 'exact' | 'regex'; readonly value: string };
  readonly headers?: readonly HeaderMatch[];
  /** The value that a parameter of the query must have, or that it must be there. */
  readonly query?: readonly { readonly name: string; readonly value?: string }[];
}

/** One of a request's headers: `:method`, `:scheme`, `:authority` and gRPC's metadata are headers too. */
export interface HeaderMatch {
  readonly name: string;
  readonly value: ValueMatch;
  readonly inverted?: boolean;
  /** With exact and suffix. */
  readonly ignoresCase?: true;
}

/** A regular expression matches all of the value; a range is of whole numbers, `end` no longer in it. */
export type ValueMatch =
  | { readonly kind: 'present' }
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'regex'; readonly value: string }
  | { readonly kind: 'range'; readonly start: number; readonly end: number };

/** Times in milliseconds, 0 for no limit. `to` is one cluster, or several that share the requests by weight. */
export interface Forward {
  readonly kind: 'forward';
  readonly to: Cluster | readonly WeightedTarget[];
  readonly requestTimeout: number;
  readonly idleTimeout: number;
  readonly retry?: RetryPolicy;
  readonly hostRewrite?: string;
  readonly pathRewrite?: PathRewrite;
}

/** What takes the place of the prefix or exact path that matched, or of the whole path. The query stays. */
export interface PathRewrite {
  readonly replaces: 'match' | 'path';
  readonly by: string;
}

/** The proxy's own answer, so that no other route takes the requests: 503 where nothing can serve them. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: 404 | 503;
}

export interface WeightedTarget {
  readonly cluster: Cluster;
  readonly weight: number;
}

export interface RetryPolicy {
  readonly conditions: readonly string[];
  readonly statusCodes: readonly number[];
  readonly retries: number;
  /** For each attempt, in milliseconds; only the request's own when absent. */
  readonly attemptTimeout?: number;
  /** How often another host is looked for, so that a retry does not meet the host that just failed. */
  readonly hostSelectionAttempts: number;
}

export type Cluster = NodeCluster | ApplicationCluster | LoopCluster | PassthroughCluster;

/** To another virtual node; `connectTimeout` in milliseconds, as below. */
export interface NodeCluster {
  readonly kind: 'node';
  readonly meshName: string;
  readonly node: string;
  readonly protocol: PortProtocol;
  readonly port: number;
  readonly discovery: Discovery;
  readonly connectTimeout: number;
  readonly limits: Limits;
  readonly healthCheck?: HealthCheck;
  readonly outlierDetection?: OutlierDetection;
  /** The cluster speaks TLS; plain text otherwise. */
  readonly tls?: ClientTls;
}

/** Times in milliseconds. `port` is the one that is asked; `host` is how the node is called in requests. */
export interface HealthCheck {
  readonly protocol: PortProtocol;
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** A host that answers with so many 5xx in a row gets nothing for a while. Times in milliseconds. */
export interface OutlierDetection {
  readonly serverErrors: number;
  readonly interval: number;
  readonly baseEjectionTime: number;
  readonly maxEjectionPercent: number;
}

/** How a listener proves who it is; `clients`, when they must prove it too. */
export interface ServerTls {
  readonly certificate: Certificate;
  readonly protocols: readonly string[];
  readonly clients?: Validation;
}

/** How a cluster's hosts are spoken to; without `validation` whoever answers is believed. */
export interface ClientTls {
  readonly serverName?: string;
  readonly certificate?: Certificate;
  readonly validation?: Validation;
}

/** The other side's certificate must lead to `trust`, and carry one of `names` unless there are none. */
export interface Validation {
  readonly trust: Trust;
  readonly names: readonly string[];
}

/** Where a certificate with its key comes from: files beside the proxy, the SDS server at its socket, or over its stream. */
export type Certificate =
  | { readonly kind: 'issued'; readonly arn: string }
  | { readonly kind: 'files'; readonly chain: string; readonly key: string }
  | { readonly kind: 'socket'; readonly name: string };

/** Where the certificates of authorities come from; `issuer` is whoever signed that certificate. */
export type Trust =
  | { readonly kind: 'authorities'; readonly arns: readonly string[] }
  | { readonly kind: 'issuer'; readonly arn: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'socket'; readonly name: string };

/** What is sent as a resource of its own, so that Envoy reads files anew when they change. */
export type Secret =
  | Extract<Certificate, { kind: 'files' }>
  | Extract<Trust, { kind: 'file' }>
  | { readonly kind: 'pair'; readonly of: Extract<Certificate, { kind: 'issued' }>; readonly pair: KeyPair }
  | { readonly kind: 'bundle'; readonly of: IssuedTrust; readonly authorities: string };

/** To the application beside this proxy. */
export interface ApplicationCluster {
  readonly kind: 'application';
  readonly meshName: string;
  readonly node: string;
  readonly protocol: PortProtocol;
  readonly port: number;
  readonly address: string;
  readonly connectTimeout: number;
  readonly limits: Limits;
}

/** From a gateway's own listener to its own egress listener; `listener` tells several apart. */
export interface LoopCluster {
  readonly kind: 'loop';
  readonly meshName: string;
  readonly gateway: string;
  readonly listener?: number;
  readonly protocol: HttpProtocol;
  readonly address: string;
  readonly port: number;
  readonly connectTimeout: number;
  readonly limits: Limits;
}

/** To wherever the connection was going. */
export interface PassthroughCluster {
  readonly kind: 'passthrough';
  readonly meshName: string;
  readonly to: 'amazonaws' | 'mesh-allow-all';
  readonly limits: Limits;
}

/** How the endpoints of a node are found. `none`: it must not be reached, requests get 503. */
export type Discovery =
  | {
      readonly kind: 'dns';
      readonly hostname: string;
      readonly answer: 'one address' | 'all addresses';
      readonly family: AddressFamily;
    }
  | { readonly kind: 'instances'; readonly service: InstanceQuery; readonly family: AddressFamily }
  | { readonly kind: 'none' };

/** Which addresses of a name or an instance are used, and which of them first. */
export type AddressFamily = 'IPv4 first' | 'IPv6 first' | 'IPv4 only' | 'IPv6 only';

/** Where the instances behind a cluster are. */
export interface Endpoints {
  readonly cluster: NodeCluster;
  readonly localities: readonly Locality[];
}

/** The IP addresses in a zone, or of no known one. `priority` 1 is for when those of 0 are not well. */
export interface Locality {
  readonly zone?: string;
  readonly priority: 0 | 1;
  readonly addresses: readonly string[];
}

export interface Limits {
  readonly connections: number;
  readonly pendingRequests: number;
  readonly requests: number;
  readonly retries: number;
}
