// What the suite of sharing works with: AWS's own clients for RAM and App Mesh, one pair a caller.
import { AppMeshClient, type AppMeshClientConfig, CreateMeshCommand } from '@aws-sdk/client-app-mesh';
import { CreateResourceShareCommand, type CreateResourceShareRequest, RAMClient } from '@aws-sdk/client-ram';
import { arnOf } from '#events/names.ts';
import type { Principal } from '../api/principals.ts';
import { party } from './party.ts';

/** A control plane that knows the party, and how to reach it. */
export interface SharingUnderTest {
  readonly region: string;
  readonly endpoint: string;
  /** Where no socket is in between. */
  readonly requestHandler?: NonNullable<AppMeshClientConfig['requestHandler']>;
  close(): Promise<void>;
}

export interface SharingBench {
  readonly region: string;
  ram(caller: Principal): RAMClient;
  mesh(caller: Principal): AppMeshClient;
  /** A name that no test had before. */
  name(): string;
  /** A new mesh of the owner. */
  newMesh(): Promise<{ readonly meshName: string; readonly arn: string }>;
  /** The ARN of a new share of the owner. */
  newShare(request?: Partial<CreateResourceShareRequest>): Promise<string>;
  close(): Promise<void>;
}

let named = 0;

export function sharingBenchOf({ region, endpoint, requestHandler, close }: SharingUnderTest): SharingBench {
  const made = new Map<string, { readonly ram: RAMClient; readonly mesh: AppMeshClient }>();

  function clients({ accessKeyId, secretAccessKey }: Principal) {
    const settings = {
      ...{ region, endpoint, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 },
      ...(requestHandler && { requestHandler }),
    };
    const found = made.get(accessKeyId) ?? { ram: new RAMClient(settings), mesh: new AppMeshClient(settings) };
    made.set(accessKeyId, found);
    return found;
  }

  const name = (): string => {
    named += 1;
    return `shared-${named}`;
  };

  return {
    region,
    ram: (caller) => clients(caller).ram,
    mesh: (caller) => clients(caller).mesh,
    name,
    async newMesh() {
      const meshName = name();
      await clients(party.owner).mesh.send(new CreateMeshCommand({ meshName }));
      return { meshName, arn: arnOf({ region, account: party.owner.accountId, meshName, key: 'mesh' }) };
    },
    async newShare(request = {}) {
      const command = new CreateResourceShareCommand({ name: name(), ...request });
      const { resourceShare } = await clients(party.owner).ram.send(command);
      return resourceShare?.resourceShareArn ?? '';
    },
    async close() {
      for (const { ram, mesh } of made.values()) {
        ram.destroy();
        mesh.destroy();
      }
      await close();
    },
  };
}
