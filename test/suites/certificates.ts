// What every source of certificates must do: the embedded authority, and ACM with ACM Private CA.
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificatesIn } from '#certificates/chain.ts';
import type { EmbeddedAuthority } from '#certificates/embedded.ts';
import { makeRequest } from '#certificates/x509.ts';
import type { Certificates } from '#events/certificates.ts';

export interface CertificatesBench {
  readonly certificates: Certificates;
  /** Who makes what is asked for. */
  readonly authority: EmbeddedAuthority;
  readonly account: string;
  close(): void;
}

export function certificatesSuite(name: string, make: () => Promise<CertificatesBench>): void {
  describe(`certificates of ${name}`, () => {
    let bench: CertificatesBench;
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(() => bench.close());

    const certificate = async (kind: 'EC_prime256v1' | 'RSA_2048' = 'EC_prime256v1') => {
      const made = await bench.authority.request(bench.account, { names: ['color.local', '10.0.0.1'], kind });
      if ('none' in made) throw new Error(made.none);
      return made;
    };

    test.each(['EC_prime256v1', 'RSA_2048'] as const)(
      'are exported with their key and the root above: %s',
      async (kind) => {
        const { arn, serial } = await certificate(kind);
        const held = await bench.certificates.export(arn);
        if ('none' in held) throw new Error(held.none);
        const [own, root] = certificatesIn(held.chain) ?? [];
        expect(held).toMatchObject({ arn, serial, root: root?.toString() });
        expect(own?.subjectAltName).toBe('DNS:color.local, IP Address:10.0.0.1');
        expect(root && own?.verify(root.publicKey)).toBe(true);
        expect(held.key).toContain('BEGIN PRIVATE KEY');
      },
    );

    test('are described, before and after a renewal', async () => {
      const { arn, serial } = await certificate();
      expect(await bench.certificates.describe(arn)).toMatchObject({ arn, serial, status: 'ISSUED', exportable: true });
      await bench.authority.renew(arn);
      const after = await bench.certificates.describe(arn);
      expect(after).toMatchObject({ arn, status: 'ISSUED' });
      expect(after).not.toMatchObject({ serial });
      expect(await bench.certificates.export(arn)).toMatchObject({ serial: 'serial' in after ? after.serial : '' });
    });

    test('are nobody’s when there is none, and what was revoked is not given out', async () => {
      const { arn } = await certificate();
      const gone = arn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
      expect(await bench.certificates.describe(gone)).toEqual({ none: expect.stringContaining(gone) });
      expect(await bench.certificates.export(gone)).toEqual({ none: expect.stringContaining(gone) });
      await bench.authority.revoke(arn);
      expect(await bench.certificates.describe(arn)).toMatchObject({ status: 'REVOKED' });
      expect(await bench.certificates.export(arn)).toEqual({ none: expect.stringContaining(arn) });
    });

    test.each(['EC_prime256v1', 'RSA_2048'] as const)('are signed on request by an authority: %s', async (kind) => {
      const authority = await bench.authority.createAuthority(bench.account, 'mesh', kind);
      const { request } = await makeRequest(['spiffe://m/node', 'color.local'], 'EC_prime256v1');
      const made = await bench.certificates.sign({ authority: authority.arn, request, validity: 3_600_000 });
      if ('none' in made) throw new Error(made.none);
      const [own] = certificatesIn(made.chain) ?? [];
      expect(own?.subjectAltName).toBe('URI:spiffe://m/node, DNS:color.local');
      expect((own?.validToDate.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(3_600_000);
      const known = await bench.certificates.authority(authority.arn);
      if ('none' in known) throw new Error(known.none);
      expect(own?.verify(new X509Certificate(known.certificate).publicKey)).toBe(true);
    });

    test('are signed by no authority that is not there', async () => {
      const arn = `arn:aws:acm-pca:us-east-1:${bench.account}:certificate-authority/none`;
      const { request } = await makeRequest(['a.local'], 'EC_prime256v1');
      expect(await bench.certificates.authority(arn)).toEqual({ none: expect.stringContaining(arn) });
      expect(await bench.certificates.sign({ authority: arn, request, validity: 1000 })).toEqual({
        none: expect.stringContaining(arn),
      });
    });
  });
}
