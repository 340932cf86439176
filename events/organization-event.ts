// What happens to an organization: accounts and units come, move and go, and sharing is allowed in it. Each event is a
// difference, because an organization may have thousands of accounts and changes by a few.

/** An account is in the organization from here on, or has moved: in this unit, or right below the root. */
export interface OrganizationAccountPlaced {
  readonly type: 'OrganizationAccountPlaced';
  readonly account: string;
  readonly unit?: string;
}

/** An account has left the organization. */
export interface OrganizationAccountRemoved {
  readonly type: 'OrganizationAccountRemoved';
  readonly account: string;
}

/** A unit is in the organization from here on, or has moved: below this unit, or right below the root. */
export interface OrganizationUnitPlaced {
  readonly type: 'OrganizationUnitPlaced';
  readonly unit: string;
  readonly parent?: string;
}

/** A unit is no more. */
export interface OrganizationUnitRemoved {
  readonly type: 'OrganizationUnitRemoved';
  readonly unit: string;
}

/** Whether meshes may be shared with the organization and inside it without invitations. */
export interface OrganizationSharingSet {
  readonly type: 'OrganizationSharingSet';
  readonly enabled: boolean;
}

/** What the membership's source may change: all but what a share writes. */
export type MembershipEvent =
  | OrganizationAccountPlaced
  | OrganizationAccountRemoved
  | OrganizationUnitPlaced
  | OrganizationUnitRemoved
  | OrganizationSharingSet;
