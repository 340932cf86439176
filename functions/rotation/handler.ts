// Rotation: looks at the certificates that meshes use and tells those meshes when one became another, or fails. Woken by a
// timer, and at once for certificates that are known to have changed; an ARN is asked for once however many meshes use it.
import { type Certificates, certificatesNamed } from '#events/certificates.ts';
import type { CertificateFailing, CertificateRotated } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { meshOfStream } from '#events/names.ts';
import { writableSchema } from '#events/schema.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';

export interface RotationParts {
  readonly certificates: Certificates;
  readonly events: EventStore;
  readonly views: ViewStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  readonly writeSchema: () => Promise<number>;
}

/** What a sweep found: how many certificates are in use, and what is wrong with those that fail, by ARN. */
export interface Swept {
  readonly inUse: number;
  readonly rotated: readonly string[];
  readonly failing: ReadonlyMap<string, string>;
}

/** Answers what one sweep does; `only` are ARNs to look at, all in use when it is left out. */
export function createRotation({ certificates, events, views, now, id, writeSchema }: RotationParts) {
  const states = stateCache<MeshState>({ store: events, views, folding: meshFolding });

  async function meshes(): Promise<readonly MeshState[]> {
    const streams = (await events.streams()).filter((stream) => meshOfStream(stream) !== undefined);
    const found: MeshState[] = [];
    for (const stream of streams) found.push((await states.load(stream)).state);
    return found;
  }

  async function lookedAt(arn: string): Promise<CertificateRotated | CertificateFailing> {
    const failing = (reason: string): CertificateFailing => ({ type: 'CertificateFailing', arn, reason });
    try {
      const facts = await certificates.describe(arn);
      if ('none' in facts) return failing(facts.none);
      const { serial, notBefore, notAfter, status, exportable } = facts;
      if (status !== 'ISSUED') return failing(`its status is ${status}`);
      if (!exportable) return failing('it cannot be exported');
      return { type: 'CertificateRotated', arn, serial, notBefore, notAfter };
    } catch (error) {
      return failing(`it cannot be looked at: ${error instanceof Error ? error.name : String(error)}`);
    }
  }

  /** A race that is lost is another's change: it is decided again upon what is there then. */
  async function tell(mesh: MeshState, event: CertificateRotated | CertificateFailing): Promise<void> {
    for (let state = mesh; ; state = (await states.load(mesh.stream)).state) {
      if (isKnown(state, event)) return;
      const { stream, sequence, time, owner } = state;
      const commit = {
        id: id(),
        stream,
        version: sequence + 1,
        time: Math.max(now(), time),
        schema: writableSchema(await writeSchema()),
        actor: { accountId: owner, arn: `arn:aws:iam::${owner}:root` },
        requestId: id(),
        client: 'rotation',
        events: [event],
      };
      if ((await events.append([commit])).ok) return;
    }
  }

  return async (only?: readonly string[]): Promise<Swept> => {
    const users = new Map<string, MeshState[]>();
    for (const mesh of await meshes()) {
      const named = new Set([...mesh.resources.values()].flatMap(({ spec }) => certificatesNamed(spec)));
      for (const arn of named) users.set(arn, [...(users.get(arn) ?? []), mesh]);
    }
    const until = (arn: string) => users.get(arn)?.[0]?.certificates.get(arn)?.notAfter ?? 0;
    const wanted = [...users.keys()].filter((arn) => only?.includes(arn) ?? true);
    const rotated: string[] = [];
    const failing = new Map<string, string>();
    for (const arn of wanted.sort((a, b) => until(a) - until(b))) {
      const event = await lookedAt(arn);
      const unaware = (users.get(arn) ?? []).filter((mesh) => !isKnown(mesh, event));
      if (event.type === 'CertificateFailing') failing.set(arn, event.reason);
      else if (unaware.length > 0) rotated.push(arn);
      for (const mesh of unaware) await tell(mesh, event);
    }
    return { inUse: users.size, rotated, failing };
  };
}

function isKnown({ certificates }: MeshState, event: CertificateRotated | CertificateFailing): boolean {
  const known = certificates.get(event.arn);
  if (event.type === 'CertificateFailing') return known?.failing === event.reason;
  return known?.serial === event.serial && known.failing === undefined;
}
