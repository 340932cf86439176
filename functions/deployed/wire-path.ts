// The path of a request as it was on the wire. API Gateway's REST APIs pass it on still percent-encoded, HTTP APIs and
// emulators decode it; what never stands literally in an encoded path is encoded again, so that both come out alike.

// RFC 3986, section 3.3: unreserved characters, sub-delimiters, ":", "@", "/" and percent-encoded octets.
const literal = /%[\dA-Fa-f]{2}|[\w.~!$&'()*+,;=:@/-]/;
const unsafe = new RegExp(`(${literal.source})|([^])`, 'gu');

export const wirePath = (path: string): string =>
  path.replace(unsafe, (_all, kept: string | undefined, other: string | undefined) => kept ?? encoded(other ?? ''));

// Half of a surrogate pair is no character; it stands for one that cannot be told.
const encoded = (character: string): string => encodeURIComponent(character.toWellFormed());
