// What one can ask of a mesh. A command holds all that a decision needs from outside: who asks, when, and a fresh uid.
import type { Actor, ClientToken, Tag } from './event.ts';
import type { ResourceRef } from './names.ts';
import type { Quotas } from './quotas.ts';
import type { Spec } from './spec.ts';

export type Command =
  | {
      readonly type: 'Create';
      readonly ref: ResourceRef;
      readonly spec: Spec;
      readonly tags: readonly Tag[];
      readonly token?: ClientToken;
    }
  | { readonly type: 'Update'; readonly ref: ResourceRef; readonly spec: Spec; readonly token?: ClientToken }
  | { readonly type: 'Delete'; readonly ref: ResourceRef }
  | { readonly type: 'Tag'; readonly ref: ResourceRef; readonly tags: readonly Tag[] }
  | { readonly type: 'Untag'; readonly ref: ResourceRef; readonly keys: readonly string[] };

/**
 * Who asks, the time of the commit that would follow (milliseconds since the epoch), the uid of a new resource, and the
 * quotas that hold (none when left out).
 */
export interface Circumstances {
  readonly caller: Actor;
  readonly time: number;
  readonly uid: string;
  readonly quotas?: Quotas;
}
