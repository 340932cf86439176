// The members of a request to the embedded authority, checked; what is wrong with one is a ValidationException naming it.
import type { KeyKind } from '#certificates/x509.ts';
import { Refused } from '../refused.ts';

export type Members = Readonly<Record<string, unknown>>;

export type CertificateError =
  | 'AccessDeniedException'
  | 'ValidationException'
  | 'ResourceNotFoundException'
  | 'InvalidStateException'
  | 'MalformedCSRException'
  | 'UnknownOperationException';

/** To be thrown: ends the call with this error. */
export const certificateError = (name: CertificateError, message: string): Refused =>
  new Refused({ name, status: 400, message });

const invalid = (message: string): Refused => certificateError('ValidationException', message);

export function optionalText(members: Members, name: string): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= 2048) return value;
  throw invalid(`${name} is not a text of 1 to 2048 characters`);
}

export function text(members: Members, name: string): string {
  const value = optionalText(members, name);
  if (value === undefined) throw invalid(`${name} is missing`);
  return value;
}

/** A blob, which is base64 on this wire, as the text that it holds. */
export function optionalBlob(members: Members, name: string): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/\s]+={0,2}$/.test(value)) throw invalid(`${name} is not base64`);
  return Buffer.from(value, 'base64').toString('utf8');
}

export function blob(members: Members, name: string): string {
  const value = optionalBlob(members, name);
  if (value === undefined) throw invalid(`${name} is missing`);
  return value;
}

export function structure(members: Members, name: string): Members {
  const value = members[name] ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Members;
  throw invalid(`${name} is not a structure`);
}

const keyKinds: readonly KeyKind[] = ['EC_prime256v1', 'RSA_2048'];

/** `KeyAlgorithm`: P-256 when it is left out. */
export function keyKind(members: Members): KeyKind {
  const written = optionalText(members, 'KeyAlgorithm') ?? 'EC_prime256v1';
  const kind = keyKinds.find((one) => one === written);
  if (kind === undefined) throw invalid(`KeyAlgorithm is none of ${keyKinds.join(', ')}`);
  return kind;
}

/** Host names, addresses and URIs that a certificate may be of. */
export function names(members: Members, name: string): readonly string[] {
  const value = members[name] ?? [];
  if (!Array.isArray(value) || value.length > 100) throw invalid(`${name} is not a list of at most 100 names`);
  for (const one of value) if (!isName(one)) throw invalid(`${name} has one that is no name: ${JSON.stringify(one)}`);
  return value;
}

export const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[!-~]{1,253}$/.test(value) && /^(\*\.)?[\w.-]+$|^[0-9a-f:.]+$|:\/\//i.test(value);
