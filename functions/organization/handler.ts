// Keeps the organization's membership as AWS Organizations has it: called every minute. What cannot be read is left as it
// was, and the next minute tries again.
import type { MembershipSource, MembershipWriter } from './membership.ts';

export interface OrganizationParts {
  readonly source: MembershipSource;
  readonly writer: MembershipWriter;
}

/** The handler of scheduled events; rejects, with the cause, when the membership was not brought up to date. */
export function createOrganization({ source, writer }: OrganizationParts): () => Promise<void> {
  return async () => writer.write(await source.read());
}
