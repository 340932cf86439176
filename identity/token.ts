// Tokens that admit an Envoy as one mesh resource. Issued with a private key in one place, verified with public
// keys alone in another, so that Envoys can come back while the issuer is down.
import { randomUUID } from 'node:crypto';
import { type CryptoKey, errors, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
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

export type TokenVerification =
  | { readonly ok: TokenGrant & { readonly expiresAt: number } }
  | { readonly refused: string };

export interface TokenVerifier {
  /** `now`: milliseconds of the epoch. The reason of a refusal never repeats the token. */
  verify(token: string, now: number): Promise<TokenVerification>;
}

const ALGORITHM = 'ES256';
const AUDIENCE = 'heddle-xds';

export const createIssuer = ({ kid, privateKey }: SigningKey): TokenIssuer => ({
  issue: async ({ resource, accountId, meshOwner, principal, lifetimeSeconds, now }) => {
    const issuedAt = Math.floor(now / 1000);
    const expiresAt = issuedAt + lifetimeSeconds;
    const token = await new SignJWT({ acct: accountId, principal, ...(meshOwner !== undefined && { meshOwner }) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid })
      .setAudience(AUDIENCE)
      .setSubject(resource)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { token, expiresAt };
  },
});

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
