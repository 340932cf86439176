// What comes of asking for a change of a share.
import { shareArn } from './arn.ts';
import type { ShareEvent } from './event.ts';
import { refuse, type ShareRefusal } from './refusal.ts';

export type ShareDecision =
  /** Without events: all is as it was asked for already. */
  | { readonly decided: 'append'; readonly share: string; readonly events: readonly ShareEvent[] }
  /** The call was made before with this token, by the commit at this version of the owner's stream. */
  | { readonly decided: 'repeat'; readonly sequence: number }
  | ShareRefusal;

/** RAM says it in the same words of a share that is not there and of one that is none of the caller's business. */
export const unknownShare = (region: string, owner: string, id: string): ShareRefusal =>
  refuse('unknown-resource', `ResourceShare ${shareArn(region, owner, id)} could not be found.`);
