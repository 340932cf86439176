// A certificate with its key and the authority above it, as somebody has them who imports one: members of ImportCertificate.
import { makeAuthority, makeRequest, signRequest } from '#certificates/x509.ts';

const day = 86_400_000;

export async function importable() {
  const from = Date.now() - 60_000;
  const authority = await makeAuthority('elsewhere', 'EC_prime256v1', { from, to: from + 2 * day });
  const { request, key } = await makeRequest(['a.local'], 'RSA_2048');
  const signed = await signRequest(request, { ...authority, kind: 'EC_prime256v1' }, { from, to: from + day });
  return {
    Certificate: Buffer.from(signed),
    PrivateKey: Buffer.from(key),
    CertificateChain: Buffer.from(authority.certificate),
  };
}
