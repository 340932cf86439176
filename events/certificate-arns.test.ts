// How long the ARN of a certificate may be, wherever it stands. Whose it may be is told as sentences, in test/given.
import { expect, test } from 'vitest';
import { overlongCertificates } from './certificate-arns.ts';

const arn = (length: number) => 'a'.repeat(length);
const spec = (length: number) => ({
  listeners: [{ tls: { certificate: { acm: { certificateArn: arn(length) } } } }],
  backendDefaults: {
    clientPolicy: {
      tls: { validation: { trust: { acm: { certificateAuthorityArns: [arn(1), arn(length)] } } } },
    },
  },
  serviceDiscovery: { dns: { hostname: arn(9_999) } },
});

test('an ARN has the length that ACM gives it', () => {
  expect(overlongCertificates(spec(2_048))).toEqual([]);
  expect(overlongCertificates(spec(2_049)).map(({ path }) => path)).toEqual([
    'spec.listeners[0].tls.certificate.acm.certificateArn',
    'spec.backendDefaults.clientPolicy.tls.validation.trust.acm.certificateAuthorityArns[1]',
  ]);
});
