// The end of an exhaustive switch: the compiler refuses the call as long as a case is missing.
export function unreachable(value: never): never {
  throw new Error(`no case for ${JSON.stringify(value)}`);
}
