// What IAM holds about one user or role: its own policies, those of its groups, its permissions boundary, its tags.
import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  paginateListAttachedGroupPolicies,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListGroupsForUser,
  paginateListRolePolicies,
  paginateListUserPolicies,
} from '@aws-sdk/client-iam';
import type { Tag } from '#events/event.ts';

/** A policy as IAM holds it; `document` is parsed JSON. */
export interface IamDocument {
  readonly name: string;
  readonly document: unknown;
}

export interface IamHoldings {
  readonly policies: readonly IamDocument[];
  readonly boundary?: IamDocument;
  readonly tags: readonly Tag[];
}

export interface IamReader {
  user(name: string): Promise<IamHoldings>;
  role(name: string): Promise<IamHoldings>;
}

export function iamReader(client: IAMClient): IamReader {
  // A version of a managed policy never changes.
  const versions = new Map<string, unknown>();

  async function managed(arn: string): Promise<IamDocument> {
    const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn: arn }));
    const VersionId = Policy?.DefaultVersionId ?? '';
    const key = `${arn} ${VersionId}`;
    if (!versions.has(key)) {
      const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }));
      versions.set(key, parsed(PolicyVersion?.Document));
    }
    return { name: arn, document: versions.get(key) };
  }

  const allManaged = (attached: readonly { readonly PolicyArn?: string | undefined }[]) =>
    Promise.all(attached.flatMap(({ PolicyArn }) => (PolicyArn === undefined ? [] : [managed(PolicyArn)])));

  const inline = (names: readonly string[], of: string, get: (name: string) => Promise<string | undefined>) =>
    Promise.all(names.map(async (name) => ({ name: `${of}/${name}`, document: parsed(await get(name)) })));

  async function group(GroupName: string): Promise<readonly IamDocument[]> {
    const [names, attached] = await Promise.all([
      all(paginateListGroupPolicies({ client }, { GroupName }), (page) => page.PolicyNames),
      all(paginateListAttachedGroupPolicies({ client }, { GroupName }), (page) => page.AttachedPolicies),
    ]);
    const own = inline(names, `group/${GroupName}`, async (PolicyName) => {
      return (await client.send(new GetGroupPolicyCommand({ GroupName, PolicyName }))).PolicyDocument;
    });
    return (await Promise.all([own, allManaged(attached)])).flat();
  }

  const withBoundary = async (arn: string | undefined) => (arn === undefined ? {} : { boundary: await managed(arn) });

  return {
    async user(UserName) {
      const [{ User }, names, attached, groups] = await Promise.all([
        client.send(new GetUserCommand({ UserName })),
        all(paginateListUserPolicies({ client }, { UserName }), (page) => page.PolicyNames),
        all(paginateListAttachedUserPolicies({ client }, { UserName }), (page) => page.AttachedPolicies),
        all(paginateListGroupsForUser({ client }, { UserName }), (page) => page.Groups),
      ]);
      const own = inline(names, `user/${UserName}`, async (PolicyName) => {
        return (await client.send(new GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument;
      });
      const ofGroups = Promise.all(groups.map(({ GroupName = '' }) => group(GroupName)));
      const [policies, boundary] = await Promise.all([
        Promise.all([own, allManaged(attached), ofGroups.then((lists) => lists.flat())]),
        withBoundary(User?.PermissionsBoundary?.PermissionsBoundaryArn),
      ]);
      return { policies: policies.flat(), ...boundary, tags: tagsOf(User?.Tags) };
    },
    async role(RoleName) {
      const [{ Role }, names, attached] = await Promise.all([
        client.send(new GetRoleCommand({ RoleName })),
        all(paginateListRolePolicies({ client }, { RoleName }), (page) => page.PolicyNames),
        all(paginateListAttachedRolePolicies({ client }, { RoleName }), (page) => page.AttachedPolicies),
      ]);
      const own = inline(names, `role/${RoleName}`, async (PolicyName) => {
        return (await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument;
      });
      const [policies, boundary] = await Promise.all([
        Promise.all([own, allManaged(attached)]),
        withBoundary(Role?.PermissionsBoundary?.PermissionsBoundaryArn),
      ]);
      return { policies: policies.flat(), ...boundary, tags: tagsOf(Role?.Tags) };
    },
  };
}

async function all<P, T>(pages: AsyncIterable<P>, of: (page: P) => readonly T[] | undefined): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...(of(page) ?? []));
  return found;
}

/** IAM gives documents percent-encoded (RFC 3986). */
const parsed = (text: string | undefined): unknown => JSON.parse(decodeURIComponent(text ?? ''));

const tagsOf = (tags: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] = []) =>
  tags.map(({ Key: key = '', Value: value = '' }) => ({ key, value }));
