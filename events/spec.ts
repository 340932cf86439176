// The spec that each kind of resource carries, and a way to look into the contract's unions that the compiler checks.
import type {
  GatewayRouteSpec,
  MeshSpec,
  RouteSpec,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterSpec,
  VirtualServiceSpec,
} from './model/shapes.ts';
import type { Kind } from './names.ts';

export interface Specs {
  readonly mesh: MeshSpec;
  readonly virtualNode: VirtualNodeSpec;
  readonly virtualRouter: VirtualRouterSpec;
  readonly route: RouteSpec;
  readonly virtualService: VirtualServiceSpec;
  readonly virtualGateway: VirtualGatewaySpec;
  readonly gatewayRoute: GatewayRouteSpec;
}
export type Spec = Specs[Kind];

/** The alternatives of a contract's union as `{ kind, value }`, for a switch that ends in `never`. */
export type MemberOf<U> = U extends infer V
  ? {
      [K in keyof V]-?: V[K] extends undefined ? never : { readonly kind: K; readonly value: NonNullable<V[K]> };
    }[keyof V]
  : never;

/** The one member that a checked union value has. */
export function memberOf<U extends object>(union: U): MemberOf<U> {
  for (const [kind, value] of Object.entries(union)) {
    if (value !== undefined) return { kind, value } as unknown as MemberOf<U>;
  }
  throw new Error('a union without a member passed the checker');
}
