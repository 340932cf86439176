// The streamer: admits Envoys, follows the meshes that they belong to, translates what a change concerns and serves
// it over ADS. It outlives its dependencies: what it has it goes on serving.

import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { mayStream } from '#events/sharing.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { createVerifier } from '#identity/token.ts';
import { createBalance } from './balance.ts';
import { createDependencies, type Dependencies } from './dependencies.ts';
import { createFleet, resourceOf, streamOf } from './fleet.ts';
import { type Placement, readPlacement } from './graph/placement.ts';
import {
  admitted,
  type Presented,
  presented,
  type SignatureCheck,
  type StreamRefusal,
  status,
  type Wanted,
  wanted,
} from './identity.ts';
import { keySource } from './keys.ts';
import { createMetrics } from './metrics.ts';
import { createPropagation } from './propagation.ts';
import { createProxies, type ProxyView } from './proxies.ts';
import { type MeshChange, meshSource } from './sources/meshes.ts';
import { nameSource } from './sources/names.ts';
import type { Tls } from './xds/address.ts';
import type { Admitted, Asker, StreamOpening, StreamRequest } from './xds/admission.ts';
import { createXdsServer } from './xds/server.ts';
import type { StreamEvent } from './xds/status.ts';

export interface StreamerParts {
  readonly events: EventStore;
  readonly views: ViewStore;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** This task's name in the fleet. */
  readonly task: string;
  /** Takes signed streams too; absent where no service could verify them. */
  readonly signatures?: SignatureCheck;
  readonly tls?: Tls;
  /** The most Envoys of one node or gateway on this task; 0: no limit. */
  readonly envoysPerNode: number;
  readonly onEvent: (event: StreamEvent) => void;
  /** Something to be looked at, with what it concerns: a lost dependency, a translation that failed. */
  readonly onTrouble: (what: string, trouble: unknown) => void;
  /** Where lost dependencies are told of; without, they are this streamer's alone. */
  readonly dependencies?: Dependencies;
}

export interface Streamer {
  readonly metrics: ReturnType<typeof createMetrics>['registry'];
  /** How long the newest changes took to Envoys, in milliseconds, at most 100 of them: those since it was asked before. */
  propagations(): readonly number[];
  ready(): boolean;
  lost(): Readonly<Record<string, string>>;
  /** The addresses that were looked up for connected Envoys; none for other names. */
  addresses(name: string): readonly string[];
  listen(addresses: readonly string[]): Promise<readonly string[]>;
  /** Drains: Envoys are asked to go elsewhere, spread over `grace` milliseconds. */
  close(grace?: number): Promise<void>;
}

// The library would print plain text into a log of JSON lines; its errors reach us all the same.
setLogVerbosity(logVerbosity.NONE);

export async function createStreamer(parts: StreamerParts): Promise<Streamer> {
  const { events, views, region, now, task, signatures, envoysPerNode, onEvent, onTrouble } = parts;
  const { dependencies = createDependencies(onTrouble) } = parts;
  let draining = false;

  const keys = await keySource(events, (trouble) => dependencies.tell('system', trouble));
  const tokens = createVerifier(keys.keys);
  const names = nameSource({
    onChange(name) {
      for (const view of proxies.renamed(name)) fleet.touched(resourceOf(view));
    },
  });
  const proxies = createProxies((stream, proxy, error) => {
    metrics.failed();
    onTrouble(`${stream}/${proxy}`, error);
  }, names);
  const meshes = meshSource({ events, views, onChange: moved, onTrouble: dependencies.tell });
  const server = createXdsServer({
    admission: { screen, admit },
    onEvent: happened,
    ...(parts.tls && { tls: parts.tls }),
  });
  const fleet = createFleet({
    views,
    task,
    now,
    streams: server.streams,
    proxies: proxies.all,
    folded: (stream) => meshes.current(stream)?.sequence,
    onTrouble: (error) => onTrouble('fleet status', error),
  });
  const balance = createBalance({
    views,
    task,
    streams: () => (draining ? 0 : server.streams().length),
    shed: server.shed,
    onTrouble: (error) => onTrouble('the other tasks', error),
  });
  const metrics = createMetrics(
    () => server.streams(),
    () => Object.keys(dependencies.lost()).length,
  );
  const propagation = createPropagation(now, (resource) => meshes.current(streamOf(resource)));
  const envoys = new Map<string, number>();

  function happened(event: StreamEvent): void {
    metrics.count(event);
    const delay = propagation.happened(event);
    if (delay !== undefined) metrics.propagated(delay);
    if (event.resource !== undefined && event.kind !== 'sent' && event.kind !== 'acked') fleet.touched(event.resource);
    onEvent(event);
  }

  function moved(stream: string, change: MeshChange): void {
    for (const view of proxies.moved(stream, change)) fleet.touched(resourceOf(view));
    // Deletions and ended shares bite at once; nothing is taken from the Envoy, it is only told no more.
    for (const view of proxies.all()) {
      const ended = view.stream === stream ? over(view) : undefined;
      if (ended !== undefined) server.end(resourceOf(view), ended.code, ended.message);
    }
    fleet.moved(stream);
  }

  /** Why a proxy that was admitted may be served no more, as its mesh is now. */
  function over({ stream, proxy }: Pick<ProxyView, 'stream' | 'proxy'>): StreamRefusal | undefined {
    const mesh = meshes.current(stream);
    if (mesh === undefined) return undefined;
    const resource = mesh.resources.get(proxy);
    if (resource === undefined) {
      return { code: status.unknownResource, message: `There is no ${proxy} in mesh ${mesh.meshName} any more` };
    }
    const unseen = mayStream(mesh, resource.owner, resource);
    return unseen?.refused === 'forbidden' ? { code: status.forbidden, message: unseen.reason } : undefined;
  }

  /** Who passed the screen, by the metadata of the stream: a signature is verified once. */
  const presentations = new WeakMap<StreamOpening['metadata'], Presented>();

  const signed = ({ path, host, metadata }: StreamOpening) => ({
    path,
    host,
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, values]) => [name, values.join(',')])),
  });

  async function screen(opening: StreamOpening): Promise<Asker | StreamRefusal> {
    const who = await presented(signed(opening), tokens, signatures, now());
    if ('code' in who) return who;
    presentations.set(opening.metadata, who);
    return { accountId: who.caller.accountId, caller: who.caller.arn };
  }

  async function admit(request: StreamRequest): Promise<Admitted | StreamRefusal> {
    const who = presentations.get(request.metadata) ?? (await presented(signed(request), tokens, signatures, now()));
    if ('code' in who) return who;
    const want = wanted(request.node.id, who, region);
    if ('code' in want) return want;
    const placement = readPlacement(request.node.metadata.heddle);
    if ('fault' in placement) return { code: status.unknownResource, message: placement.fault };
    const held = new DisposableStack();
    try {
      const answer = await take(want, who, placement, held);
      if ('code' in answer) held.dispose();
      return answer;
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  /** Takes what serving a proxy needs; whatever becomes of it, `held` gives it back. */
  async function take(
    want: Wanted,
    who: Presented,
    placement: Placement,
    held: DisposableStack,
  ): Promise<Admitted | StreamRefusal> {
    const { stream, proxy, meshName } = want;
    let mesh: MeshState;
    try {
      mesh = await meshes.follow(stream);
    } catch (cause) {
      return { code: status.unavailable, message: `The mesh ${meshName} cannot be read now`, cause };
    }
    held.defer(() => meshes.release(stream));
    const refusal = await admitted(mesh, proxy, who, region, signatures);
    if (refusal !== undefined) return refusal;
    const resource = resourceOf(want);
    const running = envoys.get(resource) ?? 0;
    if (envoysPerNode > 0 && running >= envoysPerNode) {
      return {
        code: status.overQuota,
        message: `${proxy} of mesh ${meshName} has ${running} Envoys, the most that are allowed`,
      };
    }
    envoys.set(resource, running + 1);
    held.defer(() => leave(resource));
    const view = proxies.open(meshes.current(stream) ?? mesh, proxy, placement);
    held.defer(() => proxies.close(view));
    return { resource, view, withdrawn: () => over(want), release: () => held.dispose() };
  }

  function leave(resource: string): void {
    const left = (envoys.get(resource) ?? 1) - 1;
    if (left > 0) envoys.set(resource, left);
    else envoys.delete(resource);
  }

  return {
    metrics: metrics.registry,
    propagations: metrics.propagations,
    ready: () => !draining,
    lost: dependencies.lost,
    addresses: names.addresses,
    listen: (addresses) => server.listen(addresses),
    async close(grace) {
      draining = true;
      balance.close();
      await server.close(grace);
      meshes.close();
      names.close();
      keys.close();
      await fleet.close();
    },
  };
}
