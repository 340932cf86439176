// The path of a request as it was on the wire. API Gateway's REST APIs pass it on still percent-encoded, HTTP APIs and
// emulators decode it; what never stands literally in an encoded path is encoded again, so that both come out alike.

// RFC 3986, section 3.3: all but unreserved characters, sub-delimiters, ":", "@", "/" and what begins an encoded octet.
const unsafe = /[^\w.~!$&'()*+,;=:@/%-]/gu;

/** Half of a surrogate pair, which is no character, becomes the one that stands for such. */
export const wirePath = (path: string): string =>
  path.replace(unsafe, (character) => encodeURIComponent(character.toWellFormed()));
