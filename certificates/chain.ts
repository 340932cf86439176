// A chain and a key as somebody gave them, looked at before anything is made of them: they must parse, and belong together.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { HeldCertificate, NoCertificate } from '#events/certificates.ts';

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text, in its order; undefined when one of them does not parse, or there is none. */
export function certificatesIn(pem: string): readonly X509Certificate[] | undefined {
  try {
    const found = (pem.match(block) ?? []).map((text) => new X509Certificate(text));
    return found.length > 0 ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Serial as this project writes it: lower case, no separators, no leading zeroes. */
export const serialText = (written: string): string =>
  written
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');

const subjectName = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);

/** The names that a certificate is of: its common name, if it has one, and its alternative names. */
export function namesOf({ subject, subjectAltName = '' }: X509Certificate): readonly string[] {
  // Many have no subject, though Node's types say that all have.
  const common = /^CN=(.*)$/m.exec((subject as string | undefined) ?? '')?.[1];
  const others = subjectAltName.matchAll(/(?:DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  const all = [...(common === undefined ? [] : [common]), ...[...others].map(([, text = '']) => subjectName(text))];
  return [...new Set(all)];
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // Its public key is of a kind that nobody here can read.
    return false;
  }
}

/** Checks a certificate, what is above it and its key against each other. What is wrong is said without a word of the key. */
export function heldOf(arn: string, chain: string, key: string): HeldCertificate | NoCertificate {
  const certificates = certificatesIn(chain);
  const [own] = certificates ?? [];
  const root = certificates?.at(-1);
  if (certificates === undefined || own === undefined || root === undefined) {
    return { none: `${arn} holds no certificate in PEM that can be read` };
  }
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey(key);
  } catch {
    return { none: `${arn} came with a private key that cannot be read` };
  }
  if (!own.checkPrivateKey(parsed)) return { none: `${arn} came with a private key that is not the certificate's` };
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !isSignedBy(certificate, issuer)) {
      return { none: `${arn} has a chain of which certificate ${index + 1} is not signed by the one after it` };
    }
  }
  return {
    arn,
    serial: serialText(own.serialNumber),
    notBefore: own.validFromDate.getTime(),
    notAfter: own.validToDate.getTime(),
    fingerprint: own.fingerprint256.replaceAll(':', '').toLowerCase(),
    chain: certificates.map(String).join(''),
    key: parsed.export({ type: 'pkcs8', format: 'pem' }).toString(),
    root: root.toString(),
  };
}
