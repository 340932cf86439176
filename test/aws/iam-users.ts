// The principals of a suite as IAM users of the account that is deployed to, each with keys of its own and its policies
// spread over what IAM knows: inline, attached, of a group, of AWS.
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { managedPolicy } from '#identity/managed-policies.ts';
import type { Principal } from '#test/suites/api/principals.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a caller needs of API Gateway where the emulator does not read the API's resource policy. */
const invoke = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] };

/** By the access key id of the suite, the real keys. */
export async function makeUsers(principals: readonly Principal[]): Promise<ReadonlyMap<string, Keys>> {
  const iam = new IAMClient();
  const made = new Map<string, Keys>();
  await iam.send(new CreateGroupCommand({ GroupName: 'callers' }));
  await iam.send(
    new PutGroupPolicyCommand({ GroupName: 'callers', PolicyName: 'invoke', PolicyDocument: JSON.stringify(invoke) }),
  );
  for (const { arn, accessKeyId, policies } of principals) {
    const UserName = arn.slice(arn.indexOf('/') + 1);
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new AddUserToGroupCommand({ UserName, GroupName: 'callers' }));
    for (const [index, policy] of policies.entries()) await give(iam, UserName, index, policy);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    made.set(accessKeyId, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
  }
  iam.destroy();
  return made;
}

/** One of AWS's by its name is attached as a policy of the account's, the emulator has none; a document is inline. */
async function give(iam: IAMClient, UserName: string, index: number, policy: unknown): Promise<void> {
  if (typeof policy !== 'string') {
    const PolicyDocument = JSON.stringify(policy);
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: `p${index}`, PolicyDocument }));
    return;
  }
  const PolicyDocument = JSON.stringify(managedPolicy(policy)?.document);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `${UserName}-${policy}`, PolicyDocument }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
}
