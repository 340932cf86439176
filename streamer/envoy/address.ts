// An address with a port, as Envoy has it in listeners and endpoints.
import { Address } from '../gen/envoy/config/core/v3/address.ts';

export function socketAddress(address: string, port: number): Address {
  const socket = { address, portSpecifier: { $case: 'portValue', value: port } } as const;
  return Address.fromPartial({ address: { $case: 'socketAddress', value: socket } });
}
