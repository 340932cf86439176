// An address with a port, as Envoy has it in listeners and endpoints.
import { Address } from '../gen/envoy/config/core/v3/address.ts';

/** `alsoIpv4`: an IPv6 address to listen on takes IPv4 connections too. */
export function socketAddress(address: string, port: number, alsoIpv4 = false): Address {
  const socket = { address, portSpecifier: { $case: 'portValue', value: port }, ipv4Compat: alsoIpv4 } as const;
  return Address.fromPartial({ address: { $case: 'socketAddress', value: socket } });
}
