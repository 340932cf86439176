// Who is admitted as what, from the first question to the end of the stream. Whatever happens to the mesh or to who may
// use it is held against every Envoy that it concerns: what let it in must let it stay.
import type { Actor } from '#events/event.ts';
import { meshStream } from '#events/names.ts';
import { mayStream } from '#events/sharing.ts';
import type { Holder } from './certificate-lookup.ts';
import { resourceOf } from './fleet.ts';
import { type Placement, readPlacement } from './graph/placement.ts';
import { holderOf } from './holder.ts';
import {
  admitted,
  type Presented,
  type SignatureCheck,
  type StreamRefusal,
  status,
  type Wanted,
  wanted,
} from './identity.ts';
import type { Proxies } from './proxies.ts';
import type { FollowedMesh, MeshChange, MeshSource } from './sources/meshes.ts';
import type { Whereabouts } from './sources/whereabouts.ts';
import type { Admitted, StreamRequest } from './xds/admission.ts';

export interface Admissions {
  admit(request: StreamRequest, who: Presented): Promise<Admitted | StreamRefusal>;
  /** Judges those again whom a change of a mesh may concern, and has the streams reviewed of those who may not stay. */
  moved(stream: string, change: Pick<MeshChange, 'changed'>): void;
}

export interface AdmissionsParts {
  readonly region: string;
  readonly signatures?: SignatureCheck | undefined;
  /** The most Envoys of one node or gateway on this task; 0: no limit. */
  readonly envoysPerNode: number;
  readonly meshes: Pick<MeshSource, 'follow' | 'release' | 'current'>;
  readonly proxies: Pick<Proxies, 'open' | 'close'>;
  readonly whereabouts: Whereabouts;
  /** Whose policies say which private keys a caller may have: all callers who share them share a view. The caller itself. */
  readonly principalOf?: ((caller: Actor) => Actor) | undefined;
  /** Has the streams of a resource asked whether they may go on. */
  readonly review: (resource: string) => void;
  /** The caller's policies could not be asked: the Envoy keeps what it has. */
  readonly onTrouble: (resource: string, trouble: unknown) => void;
}

/** An Envoy that was let in; `denied` once its caller's policies no longer allow it. */
interface Admission {
  readonly stream: string;
  readonly proxy: string;
  readonly who: Presented;
  denied?: StreamRefusal;
}

export function createAdmissions(parts: AdmissionsParts): Admissions {
  const { region, signatures, envoysPerNode, meshes, proxies, principalOf = (caller) => caller } = parts;
  /** By the resource, of all meshes. */
  const all = new Map<string, Set<Admission>>();

  async function admit(request: StreamRequest, who: Presented): Promise<Admitted | StreamRefusal> {
    const want = wanted(request.node.id, who, region);
    if ('code' in want) return want;
    const place = readPlacement(request.node.metadata.heddle);
    if ('fault' in place) return { code: status.unknownResource, message: place.fault };
    const { zone } = request.node.locality;
    const placement = zone === '' ? place : { ...place, zone };
    const held = new DisposableStack();
    try {
      const stream = await streamOf(want, who);
      if (typeof stream !== 'string') return stream;
      const answer = await take(
        stream,
        want,
        { who, placement, holder: holderOf(request, principalOf(who.caller)) },
        held,
      );
      if (!('code' in answer)) return answer;
      held.dispose();
      return { ...answer, resource: resourceOf({ stream, proxy: want.proxy }) };
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  async function streamOf(want: Wanted, { caller }: Presented): Promise<string | StreamRefusal> {
    const { account, meshOwner, meshName, proxy } = want;
    if (meshOwner !== undefined) return meshStream(meshOwner, meshName);
    try {
      const found = await parts.whereabouts({ account, meshName, key: proxy }, caller.accountId);
      if ('stream' in found) return found.stream;
      return { code: status.unknownResource, message: `The node id must say whose mesh it means: ${found.ambiguous}` };
    } catch (cause) {
      return unreadable(meshName, cause);
    }
  }

  /** Takes what serving a proxy needs; whatever becomes of it, `held` gives it back. */
  async function take(
    stream: string,
    { proxy, meshName }: Wanted,
    { who, placement, holder }: { readonly who: Presented; readonly placement: Placement; readonly holder: Holder },
    held: DisposableStack,
  ): Promise<Admitted | StreamRefusal> {
    let known: FollowedMesh;
    try {
      known = await meshes.follow(stream);
    } catch (cause) {
      return unreadable(meshName, cause);
    }
    held.defer(() => meshes.release(stream));
    const refusal = await judged(stream, known, proxy, who);
    if (refusal !== undefined) return refusal;
    const resource = resourceOf({ stream, proxy });
    const running = all.get(resource)?.size ?? 0;
    if (envoysPerNode > 0 && running >= envoysPerNode) {
      return {
        code: status.overQuota,
        message: `${proxy} of mesh ${meshName} has ${running} Envoys, the most that are allowed`,
      };
    }
    const admission: Admission = { stream, proxy, who };
    held.defer(enter(resource, admission));
    const view = proxies.open((meshes.current(stream) ?? known).settled, proxy, placement, holder);
    held.defer(() => proxies.close(view));
    return { resource, view, withdrawn: () => admission.denied ?? over(admission), release: () => held.dispose() };
  }

  /** Asks until the answer is about the resource as it is by then. */
  async function judged(
    stream: string,
    first: FollowedMesh,
    proxy: string,
    who: Presented,
  ): Promise<StreamRefusal | undefined> {
    for (let known = first; ; ) {
      const refusal = await admitted(known, proxy, who, region, signatures);
      const now = meshes.current(stream) ?? known;
      const resource = now.mesh.resources.get(proxy);
      if (refusal !== undefined || resource === undefined || resource === known.mesh.resources.get(proxy))
        return refusal;
      known = now;
    }
  }

  function enter(resource: string, admission: Admission): () => void {
    const siblings = all.get(resource) ?? new Set<Admission>();
    all.set(resource, siblings.add(admission));
    return () => {
      siblings.delete(admission);
      if (siblings.size === 0) all.delete(resource);
    };
  }

  /** Why an Envoy that was admitted may be served no more, as its mesh is now. */
  function over({ stream, proxy, who }: Admission): StreamRefusal | undefined {
    const { mesh, organizations } = meshes.current(stream) ?? {};
    if (mesh === undefined || organizations === undefined) return undefined;
    const resource = mesh.resources.get(proxy);
    if (resource === undefined) {
      return { code: status.unknownResource, message: `There is no ${proxy} in mesh ${mesh.meshName} any more` };
    }
    const unseen = mayStream(mesh, who.caller.accountId, resource, organizations);
    return unseen?.refused === 'forbidden' ? { code: status.forbidden, message: unseen.reason } : undefined;
  }

  async function askAgain(admission: Admission, known: FollowedMesh): Promise<void> {
    const { stream, proxy, who } = admission;
    const resource = resourceOf(admission);
    try {
      const refusal = await judged(stream, known, proxy, who);
      // What ownership says is said already; this is about the caller's policies.
      if (refusal === undefined) return;
      admission.denied = refusal;
      parts.review(resource);
    } catch (error) {
      parts.onTrouble(resource, error);
    }
  }

  return {
    admit,
    moved(stream, { changed }) {
      const known = meshes.current(stream);
      const concerned =
        changed === 'all'
          ? [...all.values()]
          : [...changed].map((proxy) => all.get(resourceOf({ stream, proxy })) ?? []);
      for (const admission of concerned.flatMap((some) => [...some])) {
        if (admission.stream !== stream) continue;
        if (over(admission) !== undefined) parts.review(resourceOf(admission));
        else if (known !== undefined && admission.who.token === undefined) void askAgain(admission, known);
      }
    },
  };
}

const unreadable = (meshName: string, cause: unknown): StreamRefusal => ({
  code: status.unavailable,
  message: `The mesh ${meshName} cannot be read now`,
  cause,
});
