// The search for keys finds them in every form in which one may be written: else a search that finds nothing says nothing.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { keySecret, textSecret, traces } from './key-traces.ts';

const keys = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};

describe.each(Object.entries(keys))('a key of %s is found', (kind, key) => {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const traditional = kind === 'RSA' ? ('pkcs1' as const) : ('sec1' as const);
  const { d = '' } = key.export({ format: 'jwk' });
  const wrapped = pem.replace(/\s/g, '').replaceAll(/.{76}/g, '$&\r\n');
  const form: Readonly<Record<string, string | Buffer>> = {
    'PKCS #8 PEM': pem,
    'PEM in JSON': JSON.stringify({ key: pem }),
    'PEM in JSON in JSON': JSON.stringify(JSON.stringify({ key: pem })),
    'PEM wrapped otherwise': wrapped,
    'traditional PEM': key.export({ type: traditional, format: 'pem' }),
    'traditional DER': key.export({ type: traditional, format: 'der' }),
    'DER in base64url': der.toString('base64url'),
    'DER in hexadecimal': der.toString('hex'),
    JWK: JSON.stringify(key.export({ format: 'jwk' })),
    'the number in capitals': Buffer.from(d, 'base64url').toString('hex').toUpperCase(),
    'PEM as a blob': JSON.stringify({ PrivateKey: Buffer.from(pem).toString('base64') }),
    'a compressed snapshot in a blob': gzipSync(JSON.stringify({ pem })).toString('base64'),
    'within other bytes': Buffer.concat([Buffer.from('ab'), gzipSync(der), Buffer.from('cd')]),
  };

  test.each(Object.entries(form))('as %s', (_, written) => {
    const secret = keySecret('the key', pem);
    const shifted = Buffer.concat([Buffer.from('::'), Buffer.from(written)]).toString('base64');
    expect(traces([secret], [['here', written]])).toEqual(['here: the key']);
    expect(traces([secret], [['shifted', `a line of base64: ${shifted}`]])).toEqual(['shifted: the key']);
  });

  test('and its certificate, its public half and its encrypted form are not taken for it', () => {
    const harmless = [
      createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      JSON.stringify({ n: key.export({ format: 'jwk' }).n, x: key.export({ format: 'jwk' }).x }),
    ];
    expect(traces([keySecret('the key', pem)], [['there', harmless.join('')]])).toEqual([]);
  });
});

test('a passphrase is found as it is and encoded', () => {
  const phrase = 'correct horse battery staple';
  const places = [phrase, Buffer.from(phrase).toString('base64'), Buffer.from(phrase).toString('hex'), 'nothing'];
  const all = places.map((text, index) => [String(index), text] as const);
  expect(traces([textSecret('it', phrase)], all)).toEqual(['0: it', '1: it', '2: it']);
});
