// What the embedded registry keeps, and under which keys. It is kept in the views, not in the log: an instance that is
// gone is of no interest to anybody, thousands come and go in a day, and the log forgets nothing.
import { createHash } from 'node:crypto';
import type { Tag } from '#events/event.ts';
import type { RegisteredInstance } from '#events/instances.ts';

/** Times are milliseconds since the epoch. */
export interface NamespaceRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly creatorRequestId?: string;
  readonly tags?: readonly Tag[];
}

export interface ServiceRecord {
  readonly id: string;
  readonly name: string;
  readonly namespaceId: string;
  readonly namespaceName: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly creatorRequestId?: string;
  /** Instances have a health, which whoever registers them tells. */
  readonly checksHealth: boolean;
  readonly tags?: readonly Tag[];
  readonly revision: number;
}

export type InstanceRecord = RegisteredInstance & { readonly creatorRequestId?: string };

/** The health of an instance in Cloud Map's words. */
export const healthText = ({ healthy }: InstanceRecord): string =>
  healthy === undefined ? 'UNKNOWN' : healthy ? 'HEALTHY' : 'UNHEALTHY';

/** Something that was asked for and is done: Cloud Map's way to answer writes. */
export interface OperationRecord {
  readonly id: string;
  readonly type:
    | 'CREATE_NAMESPACE'
    | 'UPDATE_NAMESPACE'
    | 'DELETE_NAMESPACE'
    | 'UPDATE_SERVICE'
    | 'REGISTER_INSTANCE'
    | 'DEREGISTER_INSTANCE';
  readonly at: number;
  readonly targets: Readonly<Partial<Record<'NAMESPACE' | 'SERVICE' | 'INSTANCE', string>>>;
}

export const registryView = 'registry';

const part = (text: string): string => encodeURIComponent(text);

/** Keys of the view, by account; those of a kind stand together. */
export const registryKeys = {
  namespace: (account: string, id = '') => `namespace/${account}/${part(id)}`,
  service: (account: string, id = '') => `service/${account}/${part(id)}`,
  instances: (account: string, serviceId: string) => `instance/${account}/${part(serviceId)}/`,
  instance: (account: string, serviceId: string, id: string) => `instance/${account}/${part(serviceId)}/${part(id)}`,
  operation: (account: string, id: string) => `operation/${account}/${part(id)}`,
};

// The names say which it is: looking one up by its names takes no index, and one that is made again is the same.
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
function digest(...names: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(names)).digest();
  return [...bytes.subarray(0, 16)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

export const namespaceIdOf = (account: string, name: string): string => `ns-${digest(account, name)}`;
export const serviceIdOf = (account: string, namespaceName: string, name: string): string =>
  `srv-${digest(account, namespaceName, name)}`;
