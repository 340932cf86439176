// What one proxy must know, as Envoy's nouns with resolved pointers and every default filled in: no names to look up,
// no decision left. streamer/envoy prints it, and nothing here knows how that looks.
import type { PortProtocol } from '#events/model/shapes.ts';

export type HttpProtocol = Exclude<PortProtocol, 'tcp'>;
export type Direction = 'ingress' | 'egress';

/** All of one proxy's configuration; the tables and clusters are those that the listeners lead to, each once. */
export interface ProxyGraph {
  readonly listeners: readonly Listener[];
  readonly tables: readonly RouteTable[];
  readonly clusters: readonly Cluster[];
}

export interface Listener {
  readonly direction: Direction;
  readonly address: string;
  readonly port: number;
  /** Connections arrive by redirection, so that their own destination must be asked of the kernel. */
  readonly redirected: boolean;
  /** The port is this proxy's alone: a second Envoy on the host is refused instead of sharing the connections. */
  readonly exclusive: boolean;
  /** On which connections the first bytes are awaited to look for a TLS hello. */
  readonly inspectsTls: 'never' | 'always' | { readonly onPort: number };
  readonly chains: readonly Chain[];
}

/** What a connection must be to be served by a chain; an empty match takes all. */
export interface ChainMatch {
  readonly destinationPort?: number;
  /** Any IPv4 destination: App Mesh wrote it into each chain of its egress listeners. */
  readonly anyIpv4?: true;
  readonly serverNames?: readonly string[];
  /** Only from this host itself: loopback, or source and destination address are equal. */
  readonly fromSameHost?: true;
}

export interface Chain {
  readonly match: ChainMatch;
  readonly serves: HttpService | TcpService;
}

export interface HttpService {
  readonly kind: 'http';
  readonly statPrefix: string;
  readonly table: RouteTable;
  /** A Host that names the listener's own port means the host alone. */
  readonly stripsOwnPort: boolean;
}

/** `idleTimeout` in milliseconds; Envoy's own when absent. */
export interface TcpService {
  readonly kind: 'tcp';
  readonly statPrefix: string;
  readonly targets: readonly WeightedTarget[];
  readonly idleTimeout?: number;
}

/** `protocol` is part of the table's name; `direct` serves clients that connect to the egress port itself. */
export interface RouteTable {
  readonly direction: Direction;
  readonly protocol: HttpProtocol | 'direct';
  readonly port: number;
  readonly hosts: readonly VirtualHost[];
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  /** In the order in which they are tried. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly prefix: string;
  readonly action: Forward | Unavailable;
}

/** Times in milliseconds. `to` is one cluster, or several that share the requests by weight. */
export interface Forward {
  readonly kind: 'forward';
  readonly to: Cluster | readonly WeightedTarget[];
  readonly requestTimeout: number;
  readonly idleTimeout: number;
  readonly retry?: RetryPolicy;
  readonly hostRewrite?: string;
  readonly prefixRewrite?: string;
}

/** The route stands, but nothing can serve it: 503, and no other route takes its requests. */
export interface Unavailable {
  readonly kind: 'unavailable';
}

export interface WeightedTarget {
  readonly cluster: Cluster;
  readonly weight: number;
}

export interface RetryPolicy {
  readonly conditions: readonly string[];
  readonly statusCodes: readonly number[];
  readonly retries: number;
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
}

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
      readonly family: 'IPv4 first';
    }
  | { readonly kind: 'instances' }
  | { readonly kind: 'none' };

export interface Limits {
  readonly connections: number;
  readonly pendingRequests: number;
  readonly requests: number;
  readonly retries: number;
}
