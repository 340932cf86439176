// The status of the fleet as the service tells it: asking for it, and the words for what one Envoy is at.
import type { Client } from './client.ts';
import { Failure } from './failure.ts';

/** An Envoy as `GET /heddle/v1/status` shows it; times are seconds since the epoch. */
export interface EnvoyStatus {
  readonly resource: string;
  readonly node: string;
  readonly address: string;
  readonly since: number;
  readonly mode: string;
  readonly sequence?: number;
  readonly newest: number;
  readonly types: Readonly<
    Record<string, { readonly nack?: { readonly message: string; readonly names?: readonly string[] } }>
  >;
  readonly report: readonly { readonly resource: string; readonly member: string; readonly reason: string }[];
  readonly unlisted?: number;
  readonly refused?: { readonly code: number; readonly message: string; readonly caller: string };
}

export interface StatusQuestion {
  readonly resource?: string | undefined;
  /** Only Envoys that run less than this. */
  readonly below?: number | 'newest' | undefined;
}

/** The connected Envoys of a resource, or of all meshes of the caller's account. */
export async function fleetStatus(
  client: Client,
  { resource, below }: StatusQuestion,
): Promise<readonly EnvoyStatus[]> {
  const query = { ...(resource !== undefined && { resource }), ...(below !== undefined && { below: String(below) }) };
  const answer = await client.call({ method: 'GET', path: '/heddle/v1/status', query });
  if (!Array.isArray(answer)) throw new Failure(`${client.endpoint.origin} answered without a status: is it Heddle?`);
  return answer as readonly EnvoyStatus[];
}

/** A certificate as `GET /heddle/v1/certificates` shows it; times are seconds since the epoch. */
export interface CertificateStatus {
  readonly certificate: string;
  readonly state: string;
  readonly reason?: string;
  readonly notAfter?: number;
  readonly usedBy: readonly string[];
}

/** The certificates that the proxies of a resource name, or those of all meshes of the caller's account. */
export async function certificateStatus(
  client: Client,
  { resource }: Pick<StatusQuestion, 'resource'>,
): Promise<readonly CertificateStatus[]> {
  const query = { ...(resource !== undefined && { resource }) };
  return (await client.call({ method: 'GET', path: '/heddle/v1/certificates', query })) as readonly CertificateStatus[];
}

/** `refused rds: Envoy's words` for each refusal that stands, or why it was turned away itself. */
export function refusalsOf({ types, refused }: EnvoyStatus): readonly string[] {
  if (refused !== undefined) return [`turned away ${refused.caller} (gRPC status ${refused.code}): ${refused.message}`];
  return Object.entries(types).flatMap(([type, { nack }]) => {
    if (nack === undefined) return [];
    const names = nack.names === undefined ? '' : ` ${nack.names.join(', ')}`;
    return [`refused ${type}${names}: ${nack.message.trim().replace(/\s*\n\s*/g, '; ')}`];
  });
}

/** `mesh/M/virtualNode/N` of an ARN. */
export const shortName = (arn: string): string => arn.replace(/^arn:[^:]*:appmesh:[^:]*:\d*:/, '');
