// The files of TLS on the ADS ports, read and tried before anything listens: which of them is wrong is known here alone.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { throwawayCertificate } from '#streamer/envoy/throwaway.ts';
import type { Tls } from '#streamer/xds/address.ts';
import type { Configuration, XdsTlsFiles } from './configuration.ts';
import { openSetting } from './setting-failure.ts';

/**
 * A self-signed certificate is for a load balancer that speaks TLS to us and asks for no name. Rejects with a SettingFailure
 * that names the variable and the file, and nothing of what is in it.
 */
export async function readXdsTls(configured: Configuration['xdsTls']): Promise<Tls | undefined> {
  if (configured !== 'self-signed') return configured && readFiles(configured);
  const { certificate, key } = throwawayCertificate();
  return { certificate: Buffer.from(certificate), key: Buffer.from(key) };
}

async function readFiles({ certificate, key, clientAuthority }: XdsTlsFiles): Promise<Tls> {
  const chain = await openSetting('HEDDLE_XDS_TLS_CERT', () => certificatesIn(certificate));
  const own = await openSetting('HEDDLE_XDS_TLS_KEY', () => keyIn(key, chain.first, certificate));
  const tls: Tls = { certificate: chain.pem, key: own };
  if (clientAuthority === undefined) return tls;
  const authority = await openSetting('HEDDLE_XDS_CLIENT_CA', () => certificatesIn(clientAuthority));
  return { ...tls, clientAuthority: authority.pem };
}

function certificatesIn(file: string): { readonly pem: Buffer; readonly first: X509Certificate } {
  const pem = readFileSync(file);
  try {
    createSecureContext({ cert: pem });
    return { pem, first: new X509Certificate(pem) };
  } catch (cause) {
    throw new Error(`${file} holds no certificates in PEM`, { cause });
  }
}

function keyIn(file: string, certificate: X509Certificate, certificateFile: string): Buffer {
  const pem = readFileSync(file);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${file} holds no private key in PEM that can be read without a passphrase`, { cause });
  }
  if (!certificate.checkPrivateKey(key)) throw new Error(`${file} is not the key of ${certificateFile}`);
  return pem;
}
