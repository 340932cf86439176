// Tokens for Envoys: what is issued is believed until it expires, anything else is refused without being repeated.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSecretFile } from './secret-file.ts';
import { openSigningKey, type SigningKey } from './signing-key.ts';
import { createIssuer, createVerifier, type TokenVerifier } from './token.ts';

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);
const GRANT = {
  resource: 'arn:aws:appmesh:us-east-1:111122223333:mesh/m/virtualNode/n',
  accountId: '111122223333',
  principal: 'arn:aws:iam::111122223333:user/ann',
};

let folder: string;
let key: SigningKey;
let other: SigningKey;
let verifier: TokenVerifier;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-token-'));
  key = await openSigningKey(folder);
  other = await openSigningKey(join(folder, 'other'));
  verifier = createVerifier(() => new Map([[key.kid, key.publicJwk]]));
});

afterAll(() => rmSync(folder, { recursive: true }));

const issue = async (from = key): Promise<string> =>
  (await createIssuer(from).issue({ ...GRANT, lifetimeSeconds: 3600, now: NOW })).token;

const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

describe('the signing key', () => {
  test('is made once, for the owner alone', async () => {
    const file = join(folder, 'signing-key.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await openSigningKey(folder)).kid).toBe(key.kid);
    expect(other.kid).not.toBe(key.kid);
  });

  test('shows nothing secret in its public half', () => {
    expect(new Set(Object.keys(key.publicJwk))).toEqual(new Set(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']));
  });

  test('a broken file is named without its content', async () => {
    const { d, ...publicHalf } = JSON.parse(readFileSync(join(folder, 'signing-key.json'), 'utf8'));
    for (const text of [
      `{"d": "${d}" oops`,
      JSON.stringify(publicHalf),
      '{}',
      JSON.stringify({ ...publicHalf, d: 'x' }),
    ]) {
      const broken = join(folder, 'broken');
      writeSecretFile(join(broken, 'signing-key.json'), text);
      const failure = await openSigningKey(broken).then(
        () => 'none',
        (error: Error) => error.message,
      );
      expect(failure).toBe(
        `Signing key file ${broken}/signing-key.json cannot be used: it holds no ES256 private key as a JWK.`,
      );
    }
  });
});

describe('a token', () => {
  test('holds what the contract says', async () => {
    const [header, payload] = (await issue()).split('.');
    expect(decode(header)).toEqual({ alg: 'ES256', typ: 'JWT', kid: key.kid });
    expect(decode(payload)).toEqual({
      aud: 'heddle-xds',
      sub: GRANT.resource,
      acct: GRANT.accountId,
      principal: GRANT.principal,
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('is believed until it expires', async () => {
    const token = await issue();
    const expiresAt = NOW / 1000 + 3600;
    expect(await verifier.verify(token, NOW)).toEqual({ ok: { ...GRANT, expiresAt } });
    expect(await verifier.verify(token, NOW + 3_599_000)).toHaveProperty('ok');
    expect(await verifier.verify(token, NOW + 3_600_000)).toEqual({
      refused: 'The token expired at 2025-01-02T04:04:05.000Z.',
    });
  });

  test('is believed from any key in force, and no longer when the key is gone', async () => {
    const keys = new Map([[key.kid, key.publicJwk]]);
    const { verify } = createVerifier(() => keys);
    const token = await issue(other);
    expect(await verify(token, NOW)).toEqual({ refused: 'The token is signed with a key that is not known here.' });
    keys.set(other.kid, other.publicJwk);
    expect(await verify(token, NOW)).toHaveProperty('ok');
    keys.delete(other.kid);
    expect(await verify(token, NOW)).toHaveProperty('refused');
  });

  const forge = (payload: JWTPayload, kid = key.kid, signer = key): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(signer.privateKey);
  const claims = {
    aud: 'heddle-xds',
    sub: GRANT.resource,
    acct: GRANT.accountId,
    principal: GRANT.principal,
    iat: NOW / 1000,
    exp: NOW / 1000 + 60,
    jti: 'j',
  };

  test.each<[string, () => Promise<string> | string, string]>([
    ['another key under this name', () => forge(claims, key.kid, other), 'The signature of the token is wrong.'],
    ['another audience', () => forge({ ...claims, aud: 'x' }), 'The claim "aud" of the token is wrong.'],
    ['no audience', () => forge({ ...claims, aud: undefined }), 'The claim "aud" of the token is wrong.'],
    ['no end', () => forge({ ...claims, exp: undefined }), 'The claim "exp" of the token is wrong.'],
    ['no resource', () => forge({ ...claims, sub: undefined }), 'The claim "sub" of the token is wrong.'],
    ['no account', () => forge({ ...claims, acct: undefined }), 'The token lacks a claim that it needs.'],
    ['no signature', () => new UnsecuredJWT(claims).encode(), 'This is not a token that was issued here.'],
    ['garbage', () => 'garbage', 'This is not a token that was issued here.'],
    ['nothing', () => '', 'This is not a token that was issued here.'],
  ])('with %s is refused', async (_what, make, refused) => {
    expect(await verifier.verify(await make(), NOW)).toEqual({ refused });
  });

  test('with a changed claim is refused', async () => {
    const [header, payload, signature] = (await issue()).split('.');
    const changed = Buffer.from(JSON.stringify({ ...Object(decode(payload)), sub: 'arn:x' })).toString('base64url');
    expect(await verifier.verify([header, changed, signature].join('.'), NOW)).toEqual({
      refused: 'The signature of the token is wrong.',
    });
  });
});
