// A key service that accepts a connection and never answers: whoever seals or opens hears of it, and can try again.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openCertificates } from '#local/certificates.ts';
import { memoryViewStore } from '#store/memory.ts';

afterEach(() => vi.unstubAllEnvs());

test('is not waited for without end', { timeout: 20_000 }, async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'k');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const from = { account: '111111111111', sealingKey: 'k' };
  const certificates = { from, nodeValidity: 1, overlap: 1, sweepInterval: 1 };
  const views = memoryViewStore({ now: Date.now });
  const { sealer, close } = openCertificates({ certificates, dataDir: '', region: 'us-east-1' }, views, Date.now);
  await expect(sealer.seal('words', {})).rejects.toMatchObject({ name: 'TimeoutError' });
  close();
  silent.close();
});
