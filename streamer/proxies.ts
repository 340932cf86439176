// The proxies that are connected: one view a node or gateway (and place), shared by all its Envoys. A change of the
// mesh is translated for those alone whom it concerns.
import { type InstanceQuery, queryKey } from '#events/instances.ts';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { certificateLookup, type Holder } from './certificate-lookup.ts';
import { affected } from './graph/affected.ts';
import { type Former, formerOf, isNothing, nothing, presentOf } from './graph/former.ts';
import type { Placement } from './graph/placement.ts';
import type { ReportLine } from './graph/report.ts';
import { type Rendered, render } from './render.ts';
import type { InstanceSource } from './sources/instances.ts';
import type { MeshChange } from './sources/meshes.ts';
import type { NameSource } from './sources/names.ts';
import { type SecretWant, wantKey } from './sources/secret.ts';
import type { SecretSource } from './sources/secrets.ts';
import type { SnapshotView } from './xds/snapshot.ts';

/** A proxy's view and what it is of. */
export interface ProxyView extends SnapshotView {
  readonly stream: string;
  readonly proxy: Key;
  report(): readonly ReportLine[];
  /** Whether the newest translation failed: it is still told what an older one said. */
  failed(): boolean;
  /** Whether the newest translation waits for what is being looked up: until then it is told what an older one said. */
  waits(): boolean;
}

export interface Proxies {
  /** The view of a proxy, made at the first call; as many `close` as `open`. */
  open(state: MeshState, proxy: Key, placement: Placement, holder?: Holder): ProxyView;
  close(view: ProxyView): void;
  /** Translates anew all who asked for a host name's addresses, and names them. */
  renamed(name: string): readonly ProxyView[];
  /** The same of those who asked for instances; `key` is the `queryKey`. */
  rediscovered(key: string): readonly ProxyView[];
  /** The same of those who asked for a secret; `key` is the `wantKey`. */
  resupplied(key: string): readonly ProxyView[];
  /** Translates anew whom a change concerns, and names them. A failure of one's translation leaves it what it had. */
  moved(stream: string, change: MeshChange): readonly ProxyView[];
  all(): Iterable<ProxyView>;
}

/** Told what went wrong in a translation, which is a bug: the others go on. */
export type TranslationFailed = (stream: string, proxy: Key, error: unknown) => void;

/** Where the addresses of host names and the instances of services are found; what is asked for is followed. */
export interface Found {
  readonly names: Pick<NameSource, 'addresses' | 'follow' | 'release'>;
  readonly instances: Pick<InstanceSource, 'known' | 'follow' | 'release'>;
  /** Without, no certificate is known. */
  readonly secrets?: Pick<SecretSource, 'known' | 'follow' | 'release'>;
}

/** What a translation asked for: host names, and queries by their keys. */
interface Questions {
  readonly names: Set<string>;
  readonly queries: Map<string, InstanceQuery>;
  readonly secrets: Map<string, SecretWant>;
}
const noQuestions = (): Questions => ({ names: new Set(), queries: new Map(), secrets: new Map() });

interface Entry extends ProxyView {
  users: number;
  readonly id: string;
  /** What the newest translation asked for. */
  asked(): Questions;
  again(): void;
  /** Instances that it asked for are others: no more is worked out anew than depends on them. */
  instancesMoved(): void;
  ended(): void;
  retranslate(state: MeshState): void;
}

/** `linger`: milliseconds for which a proxy still does what it was there for: longer than others take to hear of it. */
export function createProxies(onFailure: TranslationFailed, found: Found, linger = 5_000): Proxies {
  const entries = new Map<string, Entry>();
  const byStream = new Map<string, Set<Entry>>();

  function entryOf(stream: string, proxy: Key, placement: Placement, id: string, holder?: Holder): Entry {
    const listeners = new Set<() => void>();
    let told: Rendered | undefined;
    let failed = false;
    let waits = false;
    let newest: MeshState | undefined;
    let asked = noQuestions();
    let present: Former = nothing;
    let former: Former = nothing;
    let timer: NodeJS.Timeout | undefined;
    const toldOf = (want: SecretWant) => (want.kind === 'certificate' ? newest?.certificates.get(want.arn) : undefined);
    function ask(wanted: Questions): void {
      const before = asked;
      asked = wanted;
      for (const name of wanted.names) if (!before.names.has(name)) found.names.follow(name);
      for (const name of before.names) if (!wanted.names.has(name)) found.names.release(name);
      for (const [key, query] of wanted.queries) if (!before.queries.has(key)) found.instances.follow(query);
      for (const [key, query] of before.queries) if (!wanted.queries.has(key)) found.instances.release(query);
      for (const [key, want] of wanted.secrets) if (!before.secrets.has(key)) found.secrets?.follow(want, toldOf(want));
      for (const [key, want] of before.secrets) if (!wanted.secrets.has(key)) found.secrets?.release(want);
    }
    function remember(now: Former, forgotten: () => void): void {
      const changed = !isNothing(formerOf([present], now));
      former = formerOf([former, present], now);
      present = now;
      if (!changed) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        former = nothing;
        forgotten();
      }, linger).unref();
    }
    return {
      id,
      users: 0,
      stream,
      proxy,
      current: () => told?.snapshot,
      report: () => told?.report ?? [],
      failed: () => failed,
      waits: () => waits,
      asked: () => asked,
      again() {
        if (newest !== undefined) this.retranslate(newest);
      },
      instancesMoved() {
        const { withInstances } = told ?? {};
        if (withInstances === undefined || waits || failed) return this.again();
        try {
          told = withInstances({ instances: found.instances.known });
        } catch (error) {
          failed = true;
          onFailure(stream, proxy, error);
          return;
        }
        for (const changed of listeners) changed();
      },
      ended() {
        clearTimeout(timer);
        ask(noQuestions());
      },
      subscribe(changed) {
        listeners.add(changed);
        return () => listeners.delete(changed);
      },
      retranslate(state) {
        try {
          newest = state;
          const wanted = noQuestions();
          waits = false;
          const addresses = (name: string) => {
            wanted.names.add(name);
            return found.names.addresses(name);
          };
          const instances = (query: InstanceQuery) => {
            wanted.queries.set(queryKey(query), query);
            const known = found.instances.known(query);
            waits ||= known === undefined;
            return known;
          };
          const askSecret = (want: SecretWant) => {
            wanted.secrets.set(wantKey(want), want);
            const known = found.secrets?.known(want);
            waits ||= known === undefined;
            return known;
          };
          const looks = holder && found.secrets && certificateLookup(state, proxy, holder, askSecret);
          const surroundings = { addresses, instances, ...(looks && { certificates: looks }) };
          if (state.resources.has(proxy)) remember(presentOf(state, proxy), () => this.again());
          const rendered = render(state, proxy, placement, { ...surroundings, former }, told?.snapshot);
          // A proxy whose resource is gone keeps what it has: its streams are ended, nothing is taken from it.
          if (rendered === undefined) return;
          failed = false;
          ask(wanted);
          // Nothing is sent to a node before its instances are known: the source ends this wait in any case.
          if (waits) return;
          told = rendered;
        } catch (error) {
          failed = true;
          onFailure(stream, proxy, error);
          return;
        }
        for (const changed of listeners) changed();
      },
    };
  }

  return {
    open(state, proxy, placement, holder) {
      const id = JSON.stringify([
        state.stream,
        proxy,
        placement.bind,
        placement.egressPort,
        placement.zone,
        [...(placement.inbound ?? [])],
        // Of one principal all are told the same.
        holder && (holder.exposed ? 'exposed' : holder.caller.arn),
      ]);
      let entry = entries.get(id);
      if (entry === undefined) {
        entry = entryOf(state.stream, proxy, placement, id, holder);
        entries.set(id, entry);
        const siblings = byStream.get(state.stream) ?? new Set();
        byStream.set(state.stream, siblings.add(entry));
        entry.retranslate(state);
      }
      entry.users += 1;
      return entry;
    },
    close(view) {
      const entry = [...(byStream.get(view.stream) ?? [])].find((one) => one === view);
      if (entry === undefined) return;
      entry.users -= 1;
      if (entry.users > 0) return;
      entry.ended();
      entries.delete(entry.id);
      const siblings = byStream.get(entry.stream);
      siblings?.delete(entry);
      if (siblings?.size === 0) byStream.delete(entry.stream);
    },
    renamed(name) {
      const asking = [...entries.values()].filter((entry) => entry.asked().names.has(name));
      for (const entry of asking) entry.again();
      return asking;
    },
    rediscovered(key) {
      const asking = [...entries.values()].filter((entry) => entry.asked().queries.has(key));
      for (const entry of asking) entry.instancesMoved();
      return asking;
    },
    resupplied(key) {
      const asking = [...entries.values()].filter((entry) => entry.asked().secrets.has(key));
      for (const entry of asking) entry.again();
      return asking;
    },
    moved(stream, { before, after, changed }) {
      const siblings = byStream.get(stream);
      if (siblings === undefined) return [];
      const whom = changed === 'all' ? 'all' : affected(before, after, changed);
      const concerned = [...siblings].filter((entry) => whom === 'all' || whom.has(entry.proxy));
      for (const entry of concerned) entry.retranslate(after);
      return concerned;
    },
    all: () => entries.values(),
  };
}
