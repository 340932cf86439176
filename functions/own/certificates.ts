// The certificates that meshes name and how it stands with each, connected Envoys or not: what the rotation said last, and
// the time that is left since.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { timeLeft } from '#events/certificates.ts';
import { arnIn, type CertificateState } from '#events/state.ts';
import type { FindParts } from '../resource.ts';
import { askedAbout } from './asked-about.ts';
import type { Input } from './input.ts';
import type { ownOperations } from './operations.ts';

/** One certificate in one mesh; times are seconds since the epoch. What was never looked at has no serial. */
export interface CertificateStatus {
  readonly certificate: string;
  readonly state: 'good' | 'near expiry' | 'expired' | 'failing' | 'unknown';
  /** Why it fails, or what is said of it since it expired. */
  readonly reason?: string;
  readonly serial?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** The ARNs of the nodes and gateways that name it. */
  readonly usedBy: readonly string[];
}

export async function certificatesOf(
  parts: FindParts,
  event: APIGatewayProxyEvent,
  question: Input<typeof ownOperations.GetCertificates>,
): Promise<readonly CertificateStatus[]> {
  const now = event.requestContext.requestTimeEpoch;
  const asked = await askedAbout(parts, event, question);
  return asked.flatMap(({ mesh, proxies }) => {
    return [...mesh.certificateUsers].flatMap(([certificate, keys]) => {
      const concerned = keys.filter((key) => proxies === 'all' || proxies.has(key));
      const usedBy = [...concerned].flatMap((key) => {
        const resource = mesh.resources.get(key);
        return resource === undefined ? [] : [arnIn(mesh, parts.region, resource)];
      });
      if (usedBy.length === 0) return [];
      return [{ certificate, ...standing(mesh.certificates.get(certificate), now), usedBy: usedBy.sort() }];
    });
  });
}

const left = { enough: 'good', little: 'near expiry', none: 'expired' } as const;

function standing(known: CertificateState | undefined, now: number): Omit<CertificateStatus, 'certificate' | 'usedBy'> {
  if (known === undefined) return { state: 'unknown' };
  const { serial, notBefore, notAfter, failing } = known;
  const byTime = left[timeLeft(known, now)];
  const state = failing === undefined || (serial !== '' && byTime === 'expired') ? byTime : 'failing';
  return {
    state,
    ...(failing !== undefined && { reason: failing }),
    ...(serial !== '' && { serial, notAfter: notAfter / 1000 }),
    ...(notBefore !== undefined && { notBefore: notBefore / 1000 }),
  };
}
