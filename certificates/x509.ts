// Certificates and requests as they are made here: an authority's own, those that it signs, and the request for one.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type KeyKind = 'EC_prime256v1' | 'RSA_2048';

const algorithms = {
  EC_prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA_2048: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;

/** A certificate and its key, PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** From and to, milliseconds since the epoch. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

const makeKeys = (kind: KeyKind) => webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify']);

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

function readKey(pem: string, kind: KeyKind): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, algorithms[kind], false, ['sign']);
}

// RFC 5280, 4.1.2.2: positive, and at most 20 octets.
const newSerial = (): string => `4${randomBytes(16).toString('hex').slice(1)}`;

const subjectOf = (name: string) => [{ CN: [name] }];

/** A root of its own. */
export async function makeAuthority(name: string, kind: KeyKind, { from, to }: Validity): Promise<Pair> {
  const keys = await makeKeys(kind);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: subjectOf(name),
    notBefore: new Date(from),
    notAfter: new Date(to),
    keys,
    signingAlgorithm: algorithms[kind],
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

function nameOf(value: string): JsonGeneralName {
  if (value.includes('://')) return { type: 'url', value };
  return isIP(value) === 0 ? { type: 'dns', value } : { type: 'ip', value };
}

/** A request for a certificate of these names (host names, addresses, URIs), and the key made for it. */
export async function makeRequest(
  names: readonly string[],
  kind: KeyKind,
): Promise<{ readonly request: string; readonly key: string }> {
  const keys = await makeKeys(kind);
  const request = await Pkcs10CertificateRequestGenerator.create({
    // RFC 5280, appendix A: a common name has at most 64 characters.
    name: subjectOf((names[0] ?? '').slice(0, 64)),
    keys,
    signingAlgorithm: algorithms[kind],
    extensions: [new SubjectAlternativeNameExtension(names.map(nameOf))],
  });
  return { request: `${request.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

/** RFC 5280, 4.2.1.6. */
const subjectAlternativeName = '2.5.29.17';

/** Signs a request; only its subject, its key and its names are taken over. Throws when the request is none. */
export async function signRequest(
  request: string,
  by: Pair & { readonly kind: KeyKind },
  { from, to }: Validity,
): Promise<string> {
  const asked = new Pkcs10CertificateRequest(request);
  if (!(await asked.verify())) throw new Error('the request is not signed by its own key');
  const issuer = new X509Certificate(by.certificate);
  const names = asked.getExtension(subjectAlternativeName);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: asked.subject,
    issuer: issuer.subject,
    notBefore: new Date(from),
    notAfter: new Date(Math.min(to, issuer.notAfter.getTime())),
    publicKey: asked.publicKey,
    signingKey: await readKey(by.key, by.kind),
    signingAlgorithm: algorithms[by.kind],
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      await SubjectKeyIdentifierExtension.create(asked.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
      ...(names ? [names] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}
