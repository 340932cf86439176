// A certificate of nobody's with its key, made anew in each process: it stands in for those of a proxy where a
// configuration is only to be looked at, so that nothing secret and no file is needed.
import { generateKeyPairSync, sign } from 'node:crypto';

export interface ThrowawayCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

let made: ThrowawayCertificate | undefined;

export function throwawayCertificate(): ThrowawayCertificate {
  made ??= make();
  return made;
}

// The few forms of DER that a certificate without extensions is made of (RFC 5280, 4.1).
const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const ecdsaWithSha256 = sequence(der(0x06, bytes('2a8648ce3d040302')));
const commonName = sequence(der(0x31, sequence(der(0x06, bytes('550403')), der(0x0c, Buffer.from('throwaway')))));
const time = (text: string): Buffer => der(0x18, Buffer.from(text));
const always = sequence(time('20200101000000Z'), time('99991231235959Z'));

function make(): ThrowawayCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ownKey = publicKey.export({ type: 'spki', format: 'der' });
  const content = sequence(der(0x02, bytes('01')), ecdsaWithSha256, commonName, always, commonName, ownKey);
  const signature = der(0x03, bytes('00'), sign('sha256', content, privateKey));
  const text = sequence(content, ecdsaWithSha256, signature).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
