// Which access log formats are taken: those of either list were tried with Envoy 1.40, which refuses a whole listener for
// one of the second.
import { expect, test } from 'vitest';
import { unknownOperators } from './format.ts';

test.each([
  'plain',
  '100%%',
  '%PROTOCOL% %DURATION%',
  '%REQ(:authority?x-host):5% %RESP(a)% %TRAILER(a?b)% %STREAM_INFO_REQ(a):5%',
  '%START_TIME% %START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)% %EMIT_TIME_LOCAL(%b)%',
  '%DOWNSTREAM_PEER_CERT_V_START% %UPSTREAM_PEER_CERT_V_END(%b)%',
  '%DYNAMIC_METADATA(a:b):5% %CLUSTER_METADATA(a:b)% %METADATA(ROUTE:a:b)%',
  '%FILTER_STATE(a:FIELD:b):5% %UPSTREAM_FILTER_STATE(a:PLAIN)% %ENVIRONMENT(A):5%',
  '%COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)% %QUERY_PARAM(a):5% %QUERY_PARAMS(ORIG)%',
  "%CEL(request.headers['x-a'])% %GRPC_STATUS(SNAKE_STRING)%",
  '%PATH(NQ:ORIG_OR_PATH)% %REQUESTED_SERVER_NAME(SNI_FIRST:HOST)%',
])('%s is taken', (text) => expect(unknownOperators([text])).toEqual([]));

test.each([
  '%',
  '%NO_SUCH%',
  '%PROTOCOL(x)%',
  '%DURATION:0%',
  '%START_TIME:3%',
  '%START_TIME(a\nb)%',
  '%REQ%',
  '%REQ()%',
  '%REQ(a b)%',
  '%REQ(a?b?c)%',
  '%REQ(ü)%',
  '%REQ(a):99999999999999999999%',
  '%STREAM_INFO_REQ(a b)%',
  '%CLUSTER_METADATA(a:b):5%',
  '%METADATA(X:a)%',
  '%COMMON_DURATION(a:b:c)%',
  '%FILTER_STATE(a:b)%',
  '%QUERY_PARAMS(a)%',
  '%CEL(1+)%',
  '%GRPC_STATUS(x)%',
  '%PATH(WQ:X)%',
  '%REQUESTED_SERVER_NAME(X)%',
])('%s is not', (text) => expect(unknownOperators([text])).not.toEqual([]));
