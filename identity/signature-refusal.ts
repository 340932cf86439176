// Why a signature was not believed, in the names and words of AWS, which people search for. No message holds a
// secret, nor the signature that would have been right.

export interface SignatureRefusal {
  readonly refused: 'MissingAuthenticationTokenException' | 'UnrecognizedClientException' | 'InvalidSignatureException';
  readonly message: string;
}

/** Nobody signed. */
export const missingToken = (): SignatureRefusal => ({
  refused: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
});

/** Somebody signed whom we do not know, or whose session token is another. */
export const unrecognizedClient = (): SignatureRefusal => ({
  refused: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
});

/** The signature is incomplete, out of date or wrong. */
export const invalidSignature = (message: string): SignatureRefusal => ({
  refused: 'InvalidSignatureException',
  message,
});
