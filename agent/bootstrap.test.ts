// The bootstrap that is printed, part by part; test/envoy shows that a real Envoy takes it.
import { describe, expect, it } from 'vitest';
import { type BootstrapOptions, bootstrap, tokenFileText } from './bootstrap.ts';

const least: BootstrapOptions = {
  resource: 'mesh/m/virtualNode/a',
  streamer: { host: '127.0.0.1', port: 18_000 },
  token: { file: '/run/heddle/token' },
};

interface Printed {
  readonly node: unknown;
  readonly admin?: unknown;
  readonly static_resources: { readonly clusters: readonly Record<string, unknown>[]; readonly secrets?: unknown };
}
const printed = (options: Partial<BootstrapOptions> = {}): Printed => bootstrap({ ...least, ...options }) as Printed;
const streamerOf = (options: Partial<BootstrapOptions>) => printed(options).static_resources.clusters[0];

describe('the bootstrap', () => {
  it('is the one that was tried', () => {
    expect(bootstrap({ ...least, adminPort: 9901 })).toMatchInlineSnapshot(`
      {
        "admin": {
          "address": {
            "socket_address": {
              "address": "127.0.0.1",
              "port_value": 9901,
            },
          },
        },
        "dynamic_resources": {
          "ads_config": {
            "api_type": "DELTA_GRPC",
            "grpc_services": [
              {
                "envoy_grpc": {
                  "authority": "heddle",
                  "cluster_name": "heddle_xds",
                  "retry_policy": {
                    "retry_back_off": {
                      "base_interval": "0.25s",
                      "max_interval": "2s",
                    },
                  },
                  "skip_envoy_headers": true,
                },
              },
            ],
            "set_node_on_first_message_only": true,
            "transport_api_version": "V3",
          },
          "cds_config": {
            "ads": {},
            "initial_fetch_timeout": "0s",
            "resource_api_version": "V3",
          },
          "lds_config": {
            "ads": {},
            "initial_fetch_timeout": "0s",
            "resource_api_version": "V3",
          },
        },
        "layered_runtime": {
          "layers": [
            {
              "name": "static_layer_0",
              "static_layer": {
                "re2.max_program_size.error_level": 1000,
              },
            },
            {
              "admin_layer": {},
              "name": "admin_layer",
            },
          ],
        },
        "node": {
          "cluster": "mesh/m/virtualNode/a",
          "id": "mesh/m/virtualNode/a",
        },
        "static_resources": {
          "clusters": [
            {
              "connect_timeout": "1s",
              "load_assignment": {
                "cluster_name": "heddle_xds",
                "endpoints": [
                  {
                    "lb_endpoints": [
                      {
                        "endpoint": {
                          "address": {
                            "socket_address": {
                              "address": "127.0.0.1",
                              "port_value": 18000,
                            },
                          },
                        },
                      },
                    ],
                  },
                ],
              },
              "name": "heddle_xds",
              "type": "STATIC",
              "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                  "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                  "explicit_http_config": {
                    "http2_protocol_options": {
                      "connection_keepalive": {
                        "interval": "30s",
                        "timeout": "10s",
                      },
                    },
                  },
                  "http_filters": [
                    {
                      "name": "envoy.filters.http.credential_injector",
                      "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http.credential_injector.v3.CredentialInjector",
                        "credential": {
                          "name": "envoy.http.injected_credentials.generic",
                          "typed_config": {
                            "@type": "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic",
                            "credential": {
                              "name": "xds_token",
                              "sds_config": {
                                "path_config_source": {
                                  "path": "/run/heddle/token",
                                },
                                "resource_api_version": "V3",
                              },
                            },
                            "header": "authorization",
                          },
                        },
                        "overwrite": true,
                      },
                    },
                    {
                      "name": "envoy.filters.http.upstream_codec",
                      "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
                      },
                    },
                  ],
                },
              },
            },
          ],
        },
      }
    `);
  });

  it('has its keys sorted, so that equal options give equal text', () => {
    const keys: string[][] = [];
    JSON.parse(JSON.stringify(printed()), (_, value: unknown) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) keys.push(Object.keys(value));
      return value;
    });
    for (const one of keys) expect(one).toEqual(one.toSorted());
  });

  it('has no admin page unless a port is given', () => {
    expect(printed().admin).toBeUndefined();
  });

  it('resolves a name to addresses of both families, and takes an address or a socket as it is', () => {
    expect(streamerOf({ streamer: { host: 'localhost', port: 1 } })).toMatchObject({
      type: 'STRICT_DNS',
      dns_lookup_family: 'ALL',
    });
    expect(streamerOf({ streamer: { host: '::1', port: 1 } })).toMatchObject({ type: 'STATIC' });
    expect(streamerOf({ streamer: { path: '/run/xds.sock' } })).toMatchObject({
      type: 'STATIC',
      load_assignment: {
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: '/run/xds.sock' } } } }] }],
      },
    });
  });

  it('holds an inline token once, as a secret, which /config_dump does not show', () => {
    const options = { token: { inline: 'eyJ.x.y' } };
    expect(printed(options).static_resources.secrets).toEqual([
      { name: 'xds_token', generic_secret: { secret: { inline_string: 'Bearer eyJ.x.y' } } },
    ]);
    expect(JSON.stringify(printed(options)).split('eyJ.x.y')).toHaveLength(2);
  });

  it("adds the user's SDS server as a cluster", () => {
    expect(printed({ sdsSocket: '/run/sds.sock' }).static_resources.clusters[1]).toMatchObject({
      name: 'static_cluster_sds_unix_socket',
      type: 'STATIC',
    });
  });

  it('says in the node where the Envoy runs and where it binds', () => {
    const locality = { region: 'us-east-1', zone: 'us-east-1a' };
    const placement = { bind: '127.0.0.3', egressPort: 15_002, inbound: { '8080': 8081 } };
    expect(printed({ locality, placement }).node).toEqual({
      id: 'mesh/m/virtualNode/a',
      cluster: 'mesh/m/virtualNode/a',
      locality,
      metadata: { heddle: { bind: '127.0.0.3', egressPort: 15_002, inbound: { '8080': 8081 } } },
    });
  });
});

describe('the file of a token', () => {
  it('is an SDS answer with one secret', () => {
    expect(JSON.parse(tokenFileText('eyJ.x.y'))).toEqual({
      resources: [
        {
          '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
          name: 'xds_token',
          generic_secret: { secret: { inline_string: 'Bearer eyJ.x.y' } },
        },
      ],
    });
  });
});
