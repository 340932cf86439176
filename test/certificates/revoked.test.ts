// A right to a key that is given and taken back while an Envoy is connected.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyMesh } from '#events/evolve.ts';
import { memoryViewStore } from '#store/memory.ts';
import { certificateLookup } from '#streamer/certificate-lookup.ts';
import { type SecretWant, wantKey } from '#streamer/sources/secret.ts';
import { type ExportCheck, secretLooks } from '#streamer/sources/secret-looks.ts';
import { secretSource } from '#streamer/sources/secrets.ts';

const account = '111111111111';
const arn = `arn:aws:acm:us-east-1:${account}:certificate/c`;
const caller = { accountId: account, arn: `arn:aws:iam::${account}:role/envoy` };
const held = { arn, serial: '1', notBefore: 0, notAfter: 9e15, fingerprint: '', chain: 'c', key: 'k', root: 'r' };
const now = Date.now;
let mayExport: ReturnType<typeof vi.fn<ExportCheck>>;
let told: readonly (readonly [key: string | undefined, trouble: string | undefined])[];
const followed = new Set<string>();
let source: ReturnType<typeof secretSource>;

beforeEach(() => {
  vi.useFakeTimers();
  mayExport = vi.fn(async () => true);
  told = [];
  followed.clear();
  const never = () => expect.unreachable();
  const look = secretLooks({
    certificates: { describe: never, authority: never, sign: never, export: async () => held },
    sealer: { seal: async (text) => ({ text }), open: async ({ text = '' }) => text },
    views: memoryViewStore({ now }),
    mayExport,
    now,
    nodeValidity: 1,
    overlap: 1,
  });
  source = secretSource({ look, now, onChange: ask, onTrouble: () => {} });
});
afterEach(() => {
  source.close();
  vi.useRealTimers();
});

/** As a proxy does at each change: what it asks for it follows. */
function ask(): void {
  const lookup = certificateLookup(emptyMesh(account, 'm'), 'virtualNode/a', { caller, exposed: false }, (want) => {
    if (!followed.has(wantKey(want))) source.follow(want);
    followed.add(wantKey(want));
    return source.known(want);
  });
  const pair = lookup.pair(arn);
  if (pair !== undefined) told = [...told, [pair.value?.key, pair.trouble]];
}
const denied = `${caller.arn} is not authorized to perform acm:ExportCertificate on ${arn}`;

test('takes the key back within a minute, and gives it again', async () => {
  ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told.at(-1)).toEqual(['k', undefined]);
  mayExport.mockResolvedValue(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.at(-1)).toEqual([undefined, denied]);
  mayExport.mockResolvedValue(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.at(-1)).toEqual(['k', undefined]);
});

test('gives no key before the policies were read, however long that takes', async () => {
  const asked: SecretWant = { kind: 'grant', caller, arn };
  mayExport.mockRejectedValue(new Error('IAM is silent'));
  ask();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(told.map(([key]) => key).filter((key) => key !== undefined)).toEqual([]);
  expect(source.known(asked)?.allowed).toBeUndefined();
  expect(told.at(-1)?.[1]).toContain('IAM is silent');
  mayExport.mockResolvedValue(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.at(-1)).toEqual(['k', undefined]);
});
