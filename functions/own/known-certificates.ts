// The certificates of a proxy as far as its mesh knows them, for whoever may hold no key: streamers alone open what is
// sealed. What an Envoy is given of it depends on who it is.
import { isAuthorityArn } from '#events/certificates.ts';
import type { MeshState } from '#events/state.ts';
import type { CertificateLookup, KeyPair, Known } from '#streamer/graph/issued.ts';

export function knownCertificates({ certificates }: MeshState): CertificateLookup {
  const pair = (chain: string): KeyPair => ({ chain, key: 'not shown' });

  function certificate(arn: string): Known<KeyPair> | undefined {
    const known = certificates.get(arn);
    if (known === undefined) return undefined;
    const { serial, failing } = known;
    return {
      ...(serial !== '' && { value: pair(`serial ${serial}`) }),
      ...(failing !== undefined && { trouble: `${arn}: ${failing}` }),
    };
  }

  return {
    pair: (arn) => (isAuthorityArn(arn) ? { value: pair(`signed for each node by ${arn}`) } : certificate(arn)),
    trust: (wanted) =>
      wanted.kind === 'issuer' ? { value: `the root above ${wanted.arn}` } : { value: wanted.arns.join('\n') },
  };
}
