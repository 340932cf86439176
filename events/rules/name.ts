// How resources may be called.
import { constraint, type Fault } from '../model/validate.ts';
import type { ResourceRef } from '../names.ts';

// "Up to 255 letters, numbers, hyphens, and underscores are allowed" (API reference); a virtual service's name is any
// host name, with no room for what would break its ARN and its path.
export function nameFaults(ref: ResourceRef): readonly Fault[] {
  const path = `${ref.kind}Name`;
  if (ref.kind === 'virtualService') {
    return /^[^\s/"\p{Cc}]{1,255}$/u.test(ref.name)
      ? []
      : [constraint(path, ref.name, 'Member must be a host name of 1 to 255 characters')];
  }
  const pattern = '^[a-zA-Z0-9_-]+$';
  return new RegExp(pattern).test(ref.name)
    ? []
    : [constraint(path, ref.name, `Member must satisfy regular expression pattern: ${pattern}`)];
}
