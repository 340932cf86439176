// The streamer: admits Envoys, follows the meshes that they belong to, translates what a change concerns and serves
// it over ADS. It outlives its dependencies: what it has it goes on serving.

import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { InstanceRegistry } from '#events/instances.ts';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { createVerifier } from '#identity/token.ts';
import { type AdmissionsParts, createAdmissions } from './admissions.ts';
import { createBalance } from './balance.ts';
import { shownCertificates } from './certificate-lookup.ts';
import { createDependencies, type Dependencies } from './dependencies.ts';
import { createFleet, resourceOf, streamOf } from './fleet.ts';
import type { CertificateLookup } from './graph/issued.ts';
import { type Presented, presented, type SignatureCheck, type StreamRefusal } from './identity.ts';
import { keySource } from './keys.ts';
import { createMetrics } from './metrics.ts';
import { createPropagation } from './propagation.ts';
import { createProxies } from './proxies.ts';
import { instanceSource } from './sources/instances.ts';
import { type MeshChange, meshSource } from './sources/meshes.ts';
import { nameSource } from './sources/names.ts';
import { type SecretLooksParts, secretLooks } from './sources/secret-looks.ts';
import { type CertificatesFollowed, noCertificates, secretSource } from './sources/secrets.ts';
import { whereabouts } from './sources/whereabouts.ts';
import { createTurnedAway } from './turned-away.ts';
import type { Tls } from './xds/address.ts';
import type { Admitted, Asker, StreamOpening, StreamRequest } from './xds/admission.ts';
import { createXdsServer } from './xds/server.ts';
import type { StreamEvent } from './xds/status.ts';

export interface StreamerParts {
  readonly events: EventStore;
  readonly views: ViewStore;
  /** Where the instances of nodes are registered that are found so; absent, such nodes have no endpoints. */
  readonly instances?: InstanceRegistry;
  /** Where certificates come from; absent, listeners and policies that name one have none. */
  readonly secrets?: Omit<SecretLooksParts, 'views' | 'now'> & Pick<AdmissionsParts, 'principalOf'>;
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
  /** How it stands with the certificates of connected Envoys. */
  followedCertificates(): CertificatesFollowed;
  /** The addresses that were looked up for connected Envoys; none for other names. */
  addresses(name: string): readonly string[];
  /** The certificates that are known for a proxy, with fingerprints in place of keys. */
  certificates(state: MeshState, proxy: Key): CertificateLookup;
  listen(addresses: readonly string[]): Promise<readonly string[]>;
  /** Drains: Envoys are asked to go elsewhere, spread over `grace` milliseconds. */
  close(grace?: number): Promise<void>;
}

const noRegistry = { none: 'no registry of instances is asked here' };
const nowhere: InstanceRegistry = { revision: async () => noRegistry, discover: async () => noRegistry };

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
  const instances = instanceSource({
    registry: parts.instances ?? nowhere,
    onChange(key) {
      for (const view of proxies.rediscovered(key)) fleet.touched(resourceOf(view));
    },
    onTrouble: (account, trouble) => dependencies.tell(`instances of account ${account}`, trouble),
    onCall: (operation) => metrics.asked(operation),
    tasks: () => balance.tasks(),
  });
  const secrets =
    parts.secrets &&
    secretSource({
      look: secretLooks({ ...parts.secrets, views, now }),
      now,
      onChange(key) {
        for (const view of proxies.resupplied(key)) fleet.touched(resourceOf(view));
      },
      onTrouble: (trouble) => dependencies.tell('certificates', trouble),
    });
  const proxies = createProxies(
    (stream, proxy, error) => {
      metrics.failed();
      onTrouble(`${stream}/${proxy}`, error);
    },
    { names, instances, ...(secrets && { secrets }) },
  );
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
    folded: (stream) => meshes.current(stream)?.mesh.sequence,
    onTrouble: (error) => onTrouble('fleet status', error),
  });
  const balance = createBalance({
    views,
    task,
    streams: () => (draining ? 0 : server.streams().length),
    shed: server.shed,
    onTrouble: (error) => onTrouble('the other tasks', error),
  });
  const turnedAway = createTurnedAway({
    views,
    task,
    now,
    onTrouble: (error) => onTrouble('fleet status', error),
  });
  const metrics = createMetrics(
    () => server.streams(),
    () => Object.keys(dependencies.lost()).length,
    followedCertificates,
  );
  const propagation = createPropagation(now, (resource) => meshes.current(streamOf(resource))?.settled);
  const admissions = createAdmissions({
    region,
    signatures,
    envoysPerNode,
    meshes,
    proxies,
    whereabouts: whereabouts(events, meshes),
    principalOf: parts.secrets?.principalOf,
    review: server.review,
    onTrouble,
  });

  function followedCertificates(): CertificatesFollowed {
    return secrets?.certificates() ?? noCertificates;
  }

  function happened(event: StreamEvent): void {
    metrics.count(event);
    const delay = propagation.happened(event);
    if (delay !== undefined) metrics.propagated(delay);
    turnedAway.happened(event);
    const { kind, resource } = event;
    if (resource !== undefined && kind !== 'sent' && kind !== 'acked' && kind !== 'refused') fleet.touched(resource);
    onEvent(event);
  }

  function moved(stream: string, change: MeshChange): void {
    // Deletions and ended shares bite at once; nothing is taken from the Envoy, it is only told no more.
    admissions.moved(stream, change);
    const { before, after } = change;
    if (before.certificates !== after.certificates) {
      for (const [arn, told] of after.certificates) {
        const old = before.certificates.get(arn);
        if (told.failing === old?.failing && told.serial === old?.serial) continue;
        // What a mesh was told of another account's certificate concerns nobody.
        if (after.certificateUsers.has(arn)) secrets?.told(arn, told);
      }
    }
    for (const view of proxies.moved(stream, change)) fleet.touched(resourceOf(view));
    fleet.moved(stream);
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
    return admissions.admit(request, who);
  }

  return {
    metrics: metrics.registry,
    propagations: metrics.propagations,
    ready: () => !draining,
    lost: dependencies.lost,
    followedCertificates,
    addresses: names.addresses,
    certificates: (state, proxy) => shownCertificates(state, proxy, (want) => secrets?.known(want)),
    listen: (addresses) => server.listen(addresses),
    async close(grace) {
      draining = true;
      balance.close();
      await server.close(grace);
      meshes.close();
      names.close();
      instances.close();
      secrets?.close();
      keys.close();
      await fleet.close();
      await turnedAway.close();
    },
  };
}
