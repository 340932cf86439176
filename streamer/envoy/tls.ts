// TLS of a chain and of a cluster, as Envoy's transport sockets.
import { isIP } from 'node:net';
import { type DeepPartial, TransportSocket } from '../gen/envoy/config/core/v3/base.ts';
import {
  type SubjectAltNameMatcher,
  SubjectAltNameMatcher_SanType,
} from '../gen/envoy/extensions/transport_sockets/tls/v3/common.ts';
import {
  type CommonTlsContext,
  DownstreamTlsContext,
  UpstreamTlsContext,
} from '../gen/envoy/extensions/transport_sockets/tls/v3/tls.ts';
import type { Any } from '../gen/google/protobuf/any.ts';
import type { Certificate, ClientTls, ServerTls, Trust, Validation } from '../graph/graph.ts';
import { packed } from './any.ts';
import { secretName } from './secret.ts';
import { type Form, overAds, overSocket } from './source.ts';
import { throwawayCertificate } from './throwaway.ts';

type Common = DeepPartial<CommonTlsContext>;

export const serverTransport = ({ certificate, protocols, clients }: ServerTls, form: Form): TransportSocket =>
  transportSocket(
    packed(DownstreamTlsContext, {
      commonTlsContext: {
        ...proving(certificate, form),
        ...(clients === undefined ? {} : validating(clients, form)),
        alpnProtocols: [...protocols],
      },
      requireClientCertificate: clients === undefined ? undefined : true,
    }),
  );

export const clientTransport = ({ serverName, certificate, validation }: ClientTls, form: Form): TransportSocket =>
  transportSocket(
    packed(UpstreamTlsContext, {
      commonTlsContext: {
        ...(certificate === undefined ? {} : proving(certificate, form)),
        ...(validation === undefined ? {} : validating(validation, form)),
      },
      sni: serverName ?? '',
    }),
  );

const transportSocket = (value: Any): TransportSocket =>
  TransportSocket.fromPartial({
    name: 'envoy.transport_sockets.tls',
    configType: { $case: 'typedConfig', value },
  });

function proving(certificate: Certificate, form: Form): Common {
  if (form === 'static') {
    const { certificate: chain, key } = throwawayCertificate();
    return { tlsCertificates: [{ certificateChain: inline(chain), privateKey: inline(key) }] };
  }
  return { tlsCertificateSdsSecretConfigs: [sdsConfig(certificate)] };
}

function validating({ trust, names }: Validation, form: Form): Common {
  const matchTypedSubjectAltNames = names.map(nameMatcher);
  if (form === 'static') {
    const trustedCa = inline(throwawayCertificate().certificate);
    return { validationContextType: { $case: 'validationContext', value: { trustedCa, matchTypedSubjectAltNames } } };
  }
  const value = {
    defaultValidationContext: { matchTypedSubjectAltNames },
    validationContextSdsSecretConfig: sdsConfig(trust),
  };
  return { validationContextType: { $case: 'combinedValidationContext', value } };
}

const sdsConfig = (source: Certificate | Trust) => ({
  name: secretName(source),
  sdsConfig: source.kind === 'socket' ? overSocket : overAds,
});

const inline = (text: string) => ({ specifier: { $case: 'inlineString', value: text } }) as const;

/** A name as it is: Envoy lets a certificate's own wildcard stand for it. */
const nameMatcher = (name: string): DeepPartial<SubjectAltNameMatcher> => ({
  sanType: sanType(name),
  matcher: { matchPattern: { $case: 'exact', value: name } },
});

function sanType(name: string): SubjectAltNameMatcher_SanType {
  if (name.includes('://')) return SubjectAltNameMatcher_SanType.URI;
  return isIP(name) === 0 ? SubjectAltNameMatcher_SanType.DNS : SubjectAltNameMatcher_SanType.IP_ADDRESS;
}
