// What one can ask of the shares of an account, and what a decision needs from outside.
import type { Actor, ClientToken, Tag } from '../event.ts';
import type { OrganizationState } from '../organization.ts';
import type { Pointed } from './work.ts';

/** Meshes by ARN and principals, as a request names them. */
interface Named {
  readonly resourceArns: readonly string[];
  readonly principals: readonly string[];
}

export type ShareCommand = { readonly token?: ClientToken } & (
  | ({
      readonly type: 'CreateShare';
      readonly name: string;
      readonly allowExternalPrincipals: boolean;
      readonly retained: boolean;
      readonly tags: readonly Tag[];
    } & Named)
  | {
      readonly type: 'UpdateShare';
      readonly share: string;
      readonly name?: string;
      readonly allowExternalPrincipals?: boolean;
    }
  | { readonly type: 'DeleteShare'; readonly share: string }
  | ({ readonly type: 'Associate'; readonly share: string } & Named)
  | ({ readonly type: 'Disassociate'; readonly share: string } & Named)
  | { readonly type: 'Accept'; readonly invitation: string }
  | { readonly type: 'Reject'; readonly invitation: string }
  | { readonly type: 'TagShare'; readonly share: string; readonly tags: readonly Tag[] }
  | { readonly type: 'UntagShare'; readonly share: string; readonly keys: readonly string[] }
  /** Whoever a share concerns has been pointed to it: what was under way is done. */
  | { readonly type: 'Settle'; readonly share: string; readonly pointed: Pointed }
);

/**
 * Who asks, the time of the commit that would follow (milliseconds since the epoch), fresh ids (one for a share and one a
 * principal), and the organization that the installation's accounts may be in.
 */
export interface ShareCircumstances {
  readonly caller: Actor;
  readonly time: number;
  readonly region: string;
  readonly ids: readonly string[];
  readonly organization?: OrganizationState;
}
