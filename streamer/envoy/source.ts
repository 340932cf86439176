// "Ask the stream that you came by": where Envoy finds the routes and endpoints that other resources name.
import { ApiVersion, ConfigSource } from '../gen/envoy/config/core/v3/config_source.ts';

export const overAds: ConfigSource = ConfigSource.fromPartial({
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: { $case: 'ads', value: {} },
});

/** `ads`: what a proxy is sent over its stream. `static`: the same in one piece, with nothing left to ask for. */
export type Form = 'ads' | 'static';
