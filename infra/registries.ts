// Who may look up the instances of nodes: in this account's Cloud Map by itself, in another's by the role that is there
// for it (reader.ts).
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { ReaderSettings } from './settings.ts';
import { acknowledgeWildcard } from './wildcards.ts';

/** The account that the process runs in stands in a variable of another name for each kind of process. */
export const readerEnvironment = ({ roleName, externalId }: ReaderSettings): Readonly<Record<string, string>> => ({
  HEDDLE_READER_ROLE: roleName,
  ...(externalId !== undefined && { HEDDLE_READER_EXTERNAL_ID: externalId }),
});

/** Looks instances up; Cloud Map knows no narrower resource for it (Service Authorization Reference, AWS Cloud Map). */
export function lookUpInstances(role: Role): void {
  const actions = ['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'];
  role.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  acknowledgeWildcard(role, '*', 'Cloud Map knows no resource for looking instances up.');
}

/** Looks instances up here and in other accounts. */
export function readRegistries(role: Role, reader: ReaderSettings): void {
  lookUpInstances(role);
  becomeReader(role, reader);
}

/** Becomes the reader of any account that has one and trusts this account. */
export function becomeReader(role: Role, { roleName }: ReaderSettings): void {
  role.addToPolicy(
    new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [`arn:${Aws.PARTITION}:iam::*:role/${roleName}`] }),
  );
  acknowledgeWildcard(
    role,
    `arn:<AWS::Partition>:iam::*:role/${roleName}`,
    'Any account may come to share a mesh; its own role says whether it lets itself be read.',
  );
}
