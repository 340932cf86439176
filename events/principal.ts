// To whom a mesh is granted, as text in its shares. What names an organization holds as long as the account is in it;
// an account's own number is granted until that is taken back, because an invitation was accepted.

export type Principal = { readonly kind: 'account'; readonly account: string } | OrganizationPrincipal;

export type OrganizationPrincipal =
  | { readonly kind: 'organization'; readonly organization: string }
  | { readonly kind: 'unit'; readonly organization: string; readonly unit: string }
  | { readonly kind: 'member'; readonly organization: string; readonly account: string };

const organizationArn =
  /^arn:aws[a-z-]*:organizations::\d{12}:(organization|ou|account)\/([A-Za-z0-9-]+)(?:\/([A-Za-z0-9-]+))?$/;

/**
 * Reads a principal: an account's number, or an ARN of AWS Organizations (of an organization, a unit `ou/ORGANIZATION/UNIT`
 * or an account `account/ORGANIZATION/ACCOUNT`). Whose management account an ARN names does not matter. Undefined when
 * the text is none.
 */
export function principalOf(text: string): Principal | undefined {
  if (/^\d{12}$/.test(text)) return { kind: 'account', account: text };
  const [, type, organization, name] = organizationArn.exec(text) ?? [];
  if (organization === undefined) return undefined;
  if (type === 'organization') return name === undefined ? { kind: 'organization', organization } : undefined;
  if (name === undefined) return undefined;
  if (type === 'ou') return { kind: 'unit', organization, unit: name };
  return /^\d{12}$/.test(name) ? { kind: 'member', organization, account: name } : undefined;
}

/** An account that is granted something without an invitation, because and as long as it is in the organization. */
export const memberPrincipal = (organization: string, account: string): string =>
  `arn:aws:organizations::000000000000:account/${organization}/${account}`;
