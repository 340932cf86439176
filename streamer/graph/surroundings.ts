// What stands in no document: the translation is told of it by those who find it out.
import type { Key } from '#events/names.ts';
import type { Instance } from './discovery.ts';
import type { Former } from './former.ts';

export interface Surroundings {
  /** The IP addresses that a host name has; none when they are not known (yet). */
  readonly addresses?: (name: string) => readonly string[];
  /** The instances behind a port of a virtual node (its key); undefined when nobody looks after them. */
  readonly instances?: (node: Key, port: number) => readonly Instance[] | undefined;
  /** What the proxy was there for until lately. */
  readonly former?: Former;
}
