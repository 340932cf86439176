// What stands in no document: the translation is told of it by those who find it out.
import type { InstanceQuery, KnownInstances } from '#events/instances.ts';
import type { Former } from './former.ts';
import type { CertificateLookup } from './issued.ts';

export interface Surroundings {
  /** The IP addresses that a host name has; none when they are not known (yet). */
  readonly addresses?: (name: string) => readonly string[];
  /** The instances behind a node; undefined when nobody looks after them (yet). */
  readonly instances?: (query: InstanceQuery) => KnownInstances | undefined;
  /** Certificates and trust by their ARNs. */
  readonly certificates?: CertificateLookup;
  /** What the proxy was there for until lately. */
  readonly former?: Former;
}
