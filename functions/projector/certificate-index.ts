// Notes which certificates a mesh uses, so that whoever watches certificates reads no mesh for it. It is given states in any
// order, by several processes at once: the latest stands.
import { certificatesInUse, certificatesInUseView } from '#events/certificates.ts';
import { meshFolding } from '#events/folding.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';

export async function indexCertificates(
  views: Pick<ViewStore, 'get' | 'putUnlessLater'>,
  mesh: MeshState,
): Promise<void> {
  const { stream: key } = mesh;
  const value = certificatesInUse(mesh);
  // Most meshes use none and never did.
  if (value.certificates.length === 0 && (await views.get(certificatesInUseView, key)) === undefined) return;
  await views.putUnlessLater(certificatesInUseView, { key, value });
}

/** As if there had been none before: what was noted may be of a log that was restored to an earlier point. */
export async function rebuildCertificateIndex(
  { events: store, views }: { readonly events: EventStore; readonly views: ViewStore },
  stream: string,
): Promise<void> {
  const { state } = await stateCache<MeshState>({ store, views, folding: meshFolding }).load(stream);
  await views.delete(certificatesInUseView, stream);
  await indexCertificates(views, state);
}
