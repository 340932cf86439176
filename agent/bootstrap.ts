// The bootstrap of an Envoy that Heddle configures: who it is, where the streamer is, and the token that admits it.
// Pure, so that the command line and the agent beside an Envoy print the same; every part below was tried with Envoy 1.40.
import { isIP } from 'node:net';

/** Where the streamer listens: TCP, or a unix socket by its absolute path. */
export type StreamerAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** TLS to the streamer by files: the authority of its certificate and, where it asks for one, Envoy's own. */
export interface StreamerTls {
  readonly authority: string;
  readonly own?: { readonly certificate: string; readonly key: string };
}

/** Several Envoys on one host without redirection: where this one binds. */
export interface BootstrapPlacement {
  readonly bind: string;
  readonly egressPort: number;
  /** The port that Envoy binds by the listener port of the node or gateway. */
  readonly inbound: Readonly<Record<string, number>>;
}

export interface BootstrapOptions {
  /** The node id: the ARN or `mesh/M/virtualNode/N` form of the resource that the token was given for. */
  readonly resource: string;
  readonly streamer: StreamerAddress;
  /** Without it the stream is in the clear: for loopback and unix sockets. */
  readonly tls?: StreamerTls;
  /** `file`: an SDS file that Envoy reads again when a new one is renamed into its place. `inline`: for good. */
  readonly token: { readonly file: string } | { readonly inline: string };
  /** Port of Envoy's admin page on 127.0.0.1; without it there is none. */
  readonly adminPort?: number;
  /** The socket of the user's own SDS server. */
  readonly sdsSocket?: string;
  readonly locality?: { readonly region: string; readonly zone: string };
  readonly placement?: BootstrapPlacement;
}

/** The name of the secret that holds `Bearer TOKEN`, in the bootstrap and in the token's file. */
export const tokenSecretName = 'xds_token';

const streamerCluster = 'heddle_xds';
const sdsCluster = 'static_cluster_sds_unix_socket';
const typeUrl = (name: string): string => `type.googleapis.com/${name}`;

/** The secret of a token file (and of an inline token), in Envoy's JSON. */
export function tokenSecret(token: string): object {
  return { name: tokenSecretName, generic_secret: { secret: { inline_string: `Bearer ${token}` } } };
}

/** The text of the SDS file that `token.file` names. */
export function tokenFileText(token: string): string {
  const secret = { '@type': typeUrl('envoy.extensions.transport_sockets.tls.v3.Secret'), ...tokenSecret(token) };
  return `${JSON.stringify({ resources: [secret] })}\n`;
}

/** Envoy's bootstrap as proto3 JSON with the names of the proto files, keys sorted: equal options give equal text. */
export function bootstrap(options: BootstrapOptions): object {
  const inline = 'inline' in options.token ? options.token.inline : undefined;
  return sorted({
    node: node(options),
    ...(options.adminPort === undefined ? {} : { admin: { address: tcp('127.0.0.1', options.adminPort) } }),
    // Envoy refuses regular expressions of a program size over 100 unless this is raised; App Mesh's image sets 1000.
    layered_runtime: {
      layers: [
        { name: 'static_layer_0', static_layer: { 're2.max_program_size.error_level': 1000 } },
        { name: 'admin_layer', admin_layer: {} },
      ],
    },
    dynamic_resources: dynamicResources(),
    static_resources: {
      clusters: [streamer(options), ...(options.sdsSocket === undefined ? [] : [sdsServer(options.sdsSocket)])],
      // Shown as [redacted] by /config_dump, which gRPC's initial_metadata is not.
      ...(inline === undefined ? {} : { secrets: [tokenSecret(inline)] }),
    },
  }) as object;
}

function node(options: BootstrapOptions): object {
  return {
    id: options.resource,
    cluster: options.resource,
    ...(options.locality === undefined ? {} : { locality: options.locality }),
    ...(options.placement === undefined ? {} : { metadata: { heddle: options.placement } }),
  };
}

function dynamicResources(): object {
  // 0s: wait for the streamer for ever rather than start with nothing (the default of App Mesh's image).
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  return {
    ads_config: {
      api_type: 'DELTA_GRPC',
      transport_api_version: 'V3',
      set_node_on_first_message_only: true,
      grpc_services: [
        {
          envoy_grpc: {
            cluster_name: streamerCluster,
            authority: 'heddle',
            skip_envoy_headers: true,
            // Envoy's own backoff grows to 30 s: too long after an outage of the control plane.
            retry_policy: { retry_back_off: { base_interval: '0.25s', max_interval: '2s' } },
          },
        },
      ],
    },
    cds_config: ads,
    lds_config: ads,
  };
}

function streamer({ streamer: address, token, tls }: BootstrapOptions): object {
  return {
    name: streamerCluster,
    connect_timeout: '1s',
    ...discovery(address),
    load_assignment: assignment(
      streamerCluster,
      'path' in address ? pipe(address.path) : tcp(address.host, address.port),
    ),
    typed_extension_protocol_options: http2({
      explicit_http_config: {
        http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '10s' } },
      },
      http_filters: [credentialInjector(token), upstreamCodec],
    }),
    ...(tls === undefined ? {} : { transport_socket: encrypted(tls, 'path' in address ? undefined : address.host) }),
  };
}

function encrypted({ authority, own }: StreamerTls, host: string | undefined): object {
  const file = (filename: string) => ({ filename });
  const named = host !== undefined && isIP(host) === 0;
  const san = host === undefined ? [] : [{ san_type: named ? 'DNS' : 'IP_ADDRESS', matcher: { exact: host } }];
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': typeUrl('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
      ...(named ? { sni: host } : {}),
      common_tls_context: {
        // Without it the server's ALPN finds no common protocol: gRPC needs HTTP/2.
        alpn_protocols: ['h2'],
        ...(own === undefined
          ? {}
          : { tls_certificates: [{ certificate_chain: file(own.certificate), private_key: file(own.key) }] }),
        validation_context: { trusted_ca: file(authority), match_typed_subject_alt_names: san },
      },
    },
  };
}

// Without `ALL`, a name with both kinds of addresses (localhost) became ::1 and was refused.
function discovery(address: StreamerAddress): object {
  if ('path' in address || isIP(address.host) !== 0) return { type: 'STATIC' };
  return { type: 'STRICT_DNS', dns_lookup_family: 'ALL' };
}

function credentialInjector(token: BootstrapOptions['token']): object {
  const reference =
    'file' in token
      ? { name: tokenSecretName, sds_config: { resource_api_version: 'V3', path_config_source: { path: token.file } } }
      : { name: tokenSecretName };
  return {
    name: 'envoy.filters.http.credential_injector',
    typed_config: {
      '@type': typeUrl('envoy.extensions.filters.http.credential_injector.v3.CredentialInjector'),
      overwrite: true,
      credential: {
        name: 'envoy.http.injected_credentials.generic',
        typed_config: {
          '@type': typeUrl('envoy.extensions.http.injected_credentials.generic.v3.Generic'),
          header: 'authorization',
          credential: reference,
        },
      },
    },
  };
}

const upstreamCodec = {
  name: 'envoy.filters.http.upstream_codec',
  typed_config: { '@type': typeUrl('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec') },
};

function sdsServer(path: string): object {
  return {
    name: sdsCluster,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: assignment(sdsCluster, pipe(path)),
    typed_extension_protocol_options: http2({ explicit_http_config: { http2_protocol_options: {} } }),
  };
}

function http2(options: object): object {
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return { [name]: { '@type': typeUrl(name), ...options } };
}

function assignment(cluster: string, address: object): object {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

const tcp = (address: string, port: number): object => ({ socket_address: { address, port_value: port } });
const pipe = (path: string): object => ({ pipe: { path } });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
