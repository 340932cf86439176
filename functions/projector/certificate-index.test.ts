// The index of certificates in use: what meshes name, whoever is late, and made anew from the log.
import { beforeEach, expect, test } from 'vitest';
import { certificatesInUseView } from '#events/certificates.ts';
import { meshFolding } from '#events/folding.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { type Document, having, mesh, node, update } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { meshWriter, stream } from '#test/streamer/mesh-writer.ts';
import { indexCertificates, rebuildCertificateIndex } from './certificate-index.ts';

const arn = (id: string) => `arn:aws:acm:us-east-1:${owner.accountId}:certificate/${id}`;
const using = (name: string, id: string): Document<'virtualNode'> => {
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn: arn(id) } } } as const;
  return having(node(name), { ...node(name).spec, listeners: [{ portMapping: { port: 80, protocol: 'http' }, tls }] });
};

let events: EventStore;
let views: ViewStore;
let state: () => Promise<MeshState>;
beforeEach(() => {
  events = memoryEventStore();
  views = memoryViewStore({ now: () => 0 });
  const states = stateCache<MeshState>({ store: events, folding: meshFolding });
  state = async () => (await states.load(stream)).state;
});
const noted = async () => (await views.get(certificatesInUseView, stream))?.value;
const rotated = (id: string, serial: string) => ({
  type: 'CertificateRotated' as const,
  arn: arn(id),
  serial,
  notAfter: 9,
});

test('it names each certificate once, with what the mesh was told of it, until nobody names it', async () => {
  const { write } = meshWriter(events);
  await write(mesh(), using('a', 'one'), using('b', 'one'), using('c', 'two'));
  await events.append([{ ...sampleCommit(stream, 5), events: [rotated('one', 'f0')] }]);
  await indexCertificates(views, await state());
  const known = { serial: 'f0', notAfter: 9 };
  expect(await noted()).toEqual({ sequence: 5, certificates: [{ arn: arn('one'), known }, { arn: arn('two') }] });
  await write(update(node('a')), { type: 'Delete', ref: { kind: 'virtualNode', name: 'c' } });
  await indexCertificates(views, await state());
  expect(await noted()).toEqual({ sequence: 7, certificates: [{ arn: arn('one'), known }] });
  await write(update(node('b')));
  await indexCertificates(views, await state());
  expect(await noted()).toEqual({ sequence: 8, certificates: [] });
});

test('it marks what is of another account than all that names it', async () => {
  const { write } = meshWriter(events);
  const theirs = arn('one').replace(owner.accountId, '222222222222');
  const acm = { certificateArn: theirs };
  const tls = { mode: 'STRICT', certificate: { acm } } as const;
  const listeners = [{ portMapping: { port: 80, protocol: 'http' }, tls }] as const;
  await write(mesh(), having(node('a'), { ...node('a').spec, listeners }), using('b', 'one'));
  await indexCertificates(views, await state());
  const certificates = [{ arn: arn('one') }, { arn: theirs, foreign: true }];
  expect(await noted()).toEqual({ sequence: 3, certificates });
});

test('a state that comes late changes nothing, and a mesh without certificates is not noted', async () => {
  const { write } = meshWriter(events);
  await write(mesh());
  await indexCertificates(views, await state());
  expect(await noted()).toBeUndefined();
  await write(using('a', 'one'));
  const early = await state();
  await write(update(using('a', 'two')));
  await indexCertificates(views, await state());
  await indexCertificates(views, early);
  expect(await noted()).toEqual({ sequence: 3, certificates: [{ arn: arn('two') }] });
});

test('made anew it says what the log says, also of a log that was restored to an earlier point', async () => {
  await meshWriter(events).write(mesh(), using('a', 'one'));
  await views.putUnlessLater(certificatesInUseView, { key: stream, value: { sequence: 100 } });
  await rebuildCertificateIndex({ events, views }, stream);
  expect(await noted()).toEqual({ sequence: 2, certificates: [{ arn: arn('one') }] });
});
