// What the wire is given to say: the resources of one node, as names, versions and bytes.
// Nothing here knows App Mesh; whoever fills a snapshot decides what is in it, the wire only how and when it is told.

/** The five kinds of resource that one aggregated stream carries. */
export type ResourceType = 'cluster' | 'endpoint' | 'secret' | 'listener' | 'route';

/** One resource, encoded once and shared by all who are told of it. */
export interface EncodedResource {
  readonly name: string;
  /** 16 hex digits of the SHA-256 of the resource's bytes. */
  readonly version: string;
  /** A serialized google.protobuf.Any. */
  readonly any: Buffer;
}

/** The resources of one type by name. Keep the very same map when nothing in it changed: it is then not looked into. */
export type ResourceMap = ReadonlyMap<string, EncodedResource>;

/**
 * All that one node is told. Immutable. It must hold together: each endpoint, secret and route in it is named by a
 * cluster or listener in it, because a snapshot counts as acknowledged only once all of its resources are.
 * A cluster that takes its endpoints by EDS has the name of its resource among the endpoints.
 */
export interface Snapshot {
  /** The place in the mesh's stream that this shows. */
  readonly sequence: number;
  readonly resources: Readonly<Record<ResourceType, ResourceMap>>;
}

/** What all Envoys of one node look at. */
export interface SnapshotView {
  /** undefined until it is loaded; a stream is answered nothing before that. */
  current(): Snapshot | undefined;
  /** Calls back after each change of `current`; the answer ends that. */
  subscribe(changed: () => void): () => void;
}
