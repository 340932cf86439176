// The certificates of a proxy as far as its mesh and the views know them, for whoever may hold no key: streamers alone open
// what is sealed. What an Envoy is given of it depends on who it is.
import { isAuthorityArn, isCertificateArn } from '#events/certificates.ts';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import type { ViewStore } from '#events/store.ts';
import { certificateWant, shownPair } from '#streamer/certificate-lookup.ts';
import type { CertificateLookup, KeyPair, Known } from '#streamer/graph/issued.ts';
import { recognized } from '#streamer/sources/sealed.ts';
import { sealedKey } from '#streamer/sources/secret.ts';

/** Answers what is shown of a proxy's certificates: what is sealed, else what its mesh was told. */
export function knownCertificates(views: Pick<ViewStore, 'list'>) {
  return async (mesh: MeshState, proxy: Key): Promise<CertificateLookup> => {
    const named = [...new Set(ownArns(mesh.resources.get(proxy)?.spec))];
    const sealed = new Map(
      await Promise.all(
        named.map(async (arn) => {
          const found = await recognized(views, sealedKey(certificateWant(mesh, proxy, arn)));
          return [arn, found && shownPair(found)] as const;
        }),
      ),
    );
    return {
      pair: (arn) => told(mesh, arn, sealed.get(arn)),
      trust: (wanted) =>
        wanted.kind === 'issuer' ? { value: `the root above ${wanted.arn}` } : { value: wanted.arns.join('\n') },
    };
  };
}

function told({ certificates }: MeshState, arn: string, sealed: KeyPair | undefined): Known<KeyPair> | undefined {
  if (isAuthorityArn(arn)) return { value: sealed ?? { chain: `signed for each node by ${arn}`, key: 'not shown' } };
  const { serial = '', failing } = certificates.get(arn) ?? {};
  const value = sealed ?? (serial === '' ? undefined : shownPair({ serial }));
  if (value === undefined && failing === undefined) return undefined;
  return { ...(value && { value }), ...(failing !== undefined && { trouble: `${arn}: ${failing}` }) };
}

/** Those of certificates and of authorities in their place; any other text may be none, and no key of the views. */
const ownArns = (spec: unknown): readonly string[] =>
  [...JSON.stringify(spec ?? {}).matchAll(/"certificateArn":"([^"]+)"/g)]
    .map(([, arn = '']) => arn)
    .filter(isCertificateArn);
