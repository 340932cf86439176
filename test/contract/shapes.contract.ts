// The types that are generated from the contract are those of AWS's own SDK: the compiler is the test. A member that
// drifts, or becomes optional, or a union that gains one, fails to compile here.
import type * as sdk from '@aws-sdk/client-app-mesh';
import type * as ours from '#events/model/shapes.ts';

/** The alternative that additions.json brings into unions that AWS has without it. */
type NoAcm<T> = Exclude<T, { readonly acm: unknown }>;

/** The type of a member without what additions.json adds to it: certificates of ACM for clients, and trust in ACM's by listeners. */
type Theirs<T, K extends keyof T> = T extends ours.ListenerTls
  ? K extends 'validation'
    ? { [M in keyof Exclude<T[K], undefined>]: NoAcm<Exclude<T[K], undefined>[M]> }
    : Exclude<T[K], undefined>
  : T extends ours.ClientPolicyTls
    ? K extends 'certificate'
      ? NoAcm<Exclude<T[K], undefined>>
      : Exclude<T[K], undefined>
    : Exclude<T[K], undefined>;

/** Without what says nothing of the shape: readonly, the SDK's place for unknown members, `| undefined`, Date. */
type Clean<T> = T extends Date
  ? number
  : T extends readonly (infer Item)[]
    ? Clean<Item>[]
    : T extends { readonly $unknown: readonly unknown[] }
      ? never
      : T extends object
        ? {
            -readonly [K in keyof T as K extends '$unknown' | '$metadata'
              ? never
              : [Exclude<T[K], undefined>] extends [never]
                ? never
                : K]: Clean<Theirs<T, K>>;
          }
        : T;

/** Makes one object of an intersection, all the way down. */
type Flat<T> = T extends readonly (infer Item)[] ? Flat<Item>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Same<A, B> = Equal<Flat<Clean<A>>, Flat<Clean<B>>>;

const same = <_Holds extends true>(): void => {};
const differs = <_Holds extends false>(): void => {};

same<Same<ours.MeshSpec, sdk.MeshSpec>>();
same<Same<ours.VirtualNodeSpec, sdk.VirtualNodeSpec>>();
same<Same<ours.VirtualRouterSpec, sdk.VirtualRouterSpec>>();
same<Same<ours.RouteSpec, sdk.RouteSpec>>();
same<Same<ours.VirtualServiceSpec, sdk.VirtualServiceSpec>>();
same<Same<ours.VirtualGatewaySpec, sdk.VirtualGatewaySpec>>();
same<Same<ours.GatewayRouteSpec, sdk.GatewayRouteSpec>>();

same<Same<ours.MeshData, sdk.MeshData>>();
same<Same<ours.VirtualNodeData, sdk.VirtualNodeData>>();
same<Same<ours.VirtualRouterData, sdk.VirtualRouterData>>();
same<Same<ours.RouteData, sdk.RouteData>>();
same<Same<ours.VirtualServiceData, sdk.VirtualServiceData>>();
same<Same<ours.VirtualGatewayData, sdk.VirtualGatewayData>>();
same<Same<ours.GatewayRouteData, sdk.GatewayRouteData>>();

same<Same<ours.CreateMeshInput, sdk.CreateMeshInput>>();
same<Same<ours.CreateVirtualNodeInput, sdk.CreateVirtualNodeInput>>();
same<Same<ours.CreateVirtualRouterInput, sdk.CreateVirtualRouterInput>>();
same<Same<ours.CreateRouteInput, sdk.CreateRouteInput>>();
same<Same<ours.CreateVirtualServiceInput, sdk.CreateVirtualServiceInput>>();
same<Same<ours.CreateVirtualGatewayInput, sdk.CreateVirtualGatewayInput>>();
same<Same<ours.CreateGatewayRouteInput, sdk.CreateGatewayRouteInput>>();
same<Same<ours.ListRoutesInput, sdk.ListRoutesInput>>();
same<Same<ours.ListRoutesOutput, sdk.ListRoutesOutput>>();
same<Same<ours.TagResourceInput, sdk.TagResourceInput>>();
same<Same<ours.UntagResourceInput, sdk.UntagResourceInput>>();
same<Same<ours.ListTagsForResourceOutput, sdk.ListTagsForResourceOutput>>();

// And the comparison itself can tell: one member more in a union deep inside, one optionality, one type.
type Deep<T> = { readonly route: { readonly match: T } };
differs<Same<Deep<ours.HeaderMatchMethod>, Deep<ours.HeaderMatchMethod | { readonly contains: string }>>>();
differs<Same<ours.WeightedTarget, Omit<ours.WeightedTarget, 'port'> & Required<Pick<ours.WeightedTarget, 'port'>>>>();
differs<Same<ours.PortMapping, Omit<ours.PortMapping, 'port'> & { readonly port: string }>>();
differs<Same<ours.PortMapping, Omit<ours.PortMapping, 'port'>>>();
