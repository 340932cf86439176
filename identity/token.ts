// Tokens that admit an Envoy as one mesh resource. Issued with a private key in one place, verified with public
// keys alone in another, so that Envoys can come back while the issuer is down.
import { randomUUID } from 'node:crypto';
import {
  base64url,
  type CryptoKey,
  errors,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { SigningKey } from './signing-key.ts';

/** What a token says. */
export interface TokenGrant {
  /** The full ARN of the virtual node or gateway that an Envoy may be. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly accountId: string;
  /** The account that owns the mesh, where that is another. */
  readonly meshOwner?: string;
  /** The ARN of the principal that asked for the token. */
  readonly principal: string;
}

export interface TokenRequest extends TokenGrant {
  readonly lifetimeSeconds: number;
  /** Milliseconds of the epoch. */
  readonly now: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Seconds of the epoch. */
  readonly expiresAt: number;
}

export interface TokenIssuer {
  issue(request: TokenRequest): Promise<IssuedToken>;
}

/** A key by its public half, as verifiers get to know it. */
export interface AnnouncedKey {
  /** Name of the key: the RFC 7638 thumbprint of its public half. */
  readonly kid: string;
  readonly publicJwk: JWK;
}

/** A key that never leaves where it lies: signs there. */
export interface RemoteKey {
  readonly kid: string;
  /** The ES256 signature of this text as RFC 7518 has it: r and s, 32 bytes each. */
  readonly sign: (text: Uint8Array) => Promise<Uint8Array>;
}

export type TokenVerification =
  | { readonly ok: TokenGrant & { readonly expiresAt: number } }
  | { readonly refused: string };

export interface TokenVerifier {
  /** `now`: milliseconds of the epoch. The reason of a refusal never repeats the token. */
  verify(token: string, now: number): Promise<TokenVerification>;
}

const ALGORITHM = 'ES256';
const AUDIENCE = 'heddle-xds';

export const createIssuer = (key: SigningKey | RemoteKey): TokenIssuer => ({
  issue: async ({ resource, accountId, meshOwner, principal, lifetimeSeconds, now }) => {
    const issuedAt = Math.floor(now / 1000);
    const expiresAt = issuedAt + lifetimeSeconds;
    const header: JWTHeaderParameters = { alg: ALGORITHM, typ: 'JWT', kid: key.kid };
    const claims: JWTPayload = {
      acct: accountId,
      principal,
      ...(meshOwner !== undefined && { meshOwner }),
      aud: AUDIENCE,
      sub: resource,
      jti: randomUUID(),
      iat: issuedAt,
      exp: expiresAt,
    };
    const token = await ('sign' in key
      ? signRemotely(key, header, claims)
      : new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey));
    return { token, expiresAt };
  },
});

// RFC 7515, "Compact Serialization".
const signRemotely = async ({ sign }: RemoteKey, header: JWTHeaderParameters, claims: JWTPayload): Promise<string> => {
  const text = [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.');
  return `${text}.${base64url.encode(await sign(Buffer.from(text)))}`;
};

const grantOf = ({ sub, acct, meshOwner, principal, exp }: JWTPayload): TokenVerification => {
  const good =
    typeof sub === 'string' && typeof acct === 'string' && typeof principal === 'string' && typeof exp === 'number';
  if (!good || !(meshOwner === undefined || typeof meshOwner === 'string')) {
    return { refused: 'The token lacks a claim that it needs.' };
  }
  const shared = meshOwner === undefined ? {} : { meshOwner };
  return { ok: { resource: sub, accountId: acct, ...shared, principal, expiresAt: exp } };
};

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload;
    return `The token expired at ${new Date((exp ?? 0) * 1000).toISOString()}.`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with a key that is not known here.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong.';
  if (error instanceof errors.JWTClaimValidationFailed) return `The claim "${error.claim}" of the token is wrong.`;
  if (error instanceof errors.JOSEError) return 'This is not a token that was issued here.';
  throw error;
};

/** `keys` gives the public keys in force, by their `kid`; it is asked at each verification. */
export const createVerifier = (keys: () => ReadonlyMap<string, JWK>): TokenVerifier => {
  const imported = new WeakMap<JWK, Promise<CryptoKey | Uint8Array>>();

  const keyOf = (kid: string | undefined): Promise<CryptoKey | Uint8Array> => {
    const jwk = kid === undefined ? undefined : keys().get(kid);
    if (jwk === undefined) throw new errors.JWKSNoMatchingKey();
    const key = imported.get(jwk) ?? importJWK(jwk, ALGORITHM);
    imported.set(jwk, key);
    return key;
  };

  return {
    verify: async (token, now) => {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keyOf(kid), {
          algorithms: [ALGORITHM],
          audience: AUDIENCE,
          currentDate: new Date(now),
          requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        });
        return grantOf(payload);
      } catch (error) {
        return { refused: reasonOf(error) };
      }
    },
  };
};
