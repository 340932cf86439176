// The organizations that followed meshes are shared with: who is in them decides, with the mesh, whose Envoys are served.
// Kept when the log cannot be reached.
import { organizationFolding } from '#events/folding.ts';
import { organizationStream } from '#events/names.ts';
import type { OrganizationState } from '#events/organization.ts';
import type { EventStore } from '#events/store.ts';
import { type Loaded, stateCache } from '#store/cache.ts';

export interface OrganizationSource {
  /** Has the organization read, and followed from then on. Rejects when it cannot be read and never was. */
  load(id: string): Promise<void>;
  /** As it was last read. */
  current(id: string): OrganizationState | undefined;
  close(): void;
}

export interface OrganizationSourceParts {
  readonly events: EventStore;
  readonly onChange: (id: string) => void;
  /** As of meshes: what is known goes on to hold. */
  readonly onTrouble: (stream: string, trouble: string | undefined) => void;
  /** Milliseconds between looks at every organization, hints or not. */
  readonly sweepInterval?: number;
}

// An installation has one; meshes may name others that were before. None is ever let go.
export function organizationSource({
  events,
  onChange,
  onTrouble,
  sweepInterval = 30_000,
}: OrganizationSourceParts): OrganizationSource {
  const cache = stateCache<OrganizationState>({ store: events, folding: organizationFolding });
  const known = new Map<string, OrganizationState>();
  const troubled = new Set<string>();
  const follower = events.follow((stream) => void look(stream));
  const followed = new Set<string>();
  const sweep = setInterval(() => {
    for (const stream of followed) void look(stream);
  }, sweepInterval).unref();

  function tell(stream: string, trouble: string | undefined): void {
    if (trouble === undefined ? troubled.delete(stream) : !troubled.has(stream)) onTrouble(stream, trouble);
    if (trouble !== undefined) troubled.add(stream);
  }

  function take(stream: string, { state, stopped }: Loaded<OrganizationState>): void {
    const before = known.get(stream);
    tell(stream, stopped && `${stopped.reason} (version ${stopped.version})`);
    known.set(stream, state);
    if (before !== undefined && before.commitId !== state.commitId) onChange(state.organization);
  }

  async function look(stream: string): Promise<void> {
    try {
      take(stream, await cache.load(stream));
    } catch (error) {
      tell(stream, error instanceof Error ? error.message : String(error));
    }
  }

  return {
    async load(id) {
      const stream = organizationStream(id);
      if (known.has(stream)) return;
      followed.add(stream);
      follower.add(stream);
      // Followed before it is loaded: nothing falls in between.
      take(stream, await cache.load(stream));
    },
    current: (id) => known.get(organizationStream(id)),
    close() {
      clearInterval(sweep);
      follower.close();
    },
  };
}
