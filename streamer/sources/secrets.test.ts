// The looks of many for one secret: made once, kept when a later one fails, repeated when told to.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LookedSecret, SecretWant } from './secret.ts';
import { type SecretSource, secretSource } from './secrets.ts';

const arn = 'arn:aws:acm:us-east-1:111111111111:certificate/c';
const want: SecretWant = { kind: 'certificate', arn };
const held = (serial: string, notAfter = Number.MAX_SAFE_INTEGER) =>
  ({ arn, serial, notBefore: 0, notAfter, fingerprint: 'f', chain: 'c', key: 'k', root: 'r' }) as const;

let look: ReturnType<typeof vi.fn<Parameters<typeof secretSource>[0]['look']>>;
let source: SecretSource;
let troubles: (string | undefined)[];
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  look = vi.fn(async () => ({ found: { held: held('1') } }));
  troubles = [];
  changes = 0;
  source = secretSource({
    look,
    now: Date.now,
    onChange: () => {
      changes += 1;
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
});
afterEach(() => {
  source.close();
  vi.useRealTimers();
});

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const told = (serial: string, failing?: string) =>
  source.told(arn, { serial, notAfter: 1, ...(failing !== undefined && { failing }) });
const known = (): LookedSecret | undefined => source.known(want);

test('many who follow cost one look, and the last who goes ends it', async () => {
  source.follow(want);
  source.follow(want);
  await settle();
  expect(known()).toEqual({ held: held('1') });
  expect([look.mock.calls.length, changes]).toEqual([1, 1]);
  source.release(want);
  expect(known()).toBeDefined();
  source.release(want);
  expect(known()).toBeUndefined();
});

test('a look that fails leaves what is held, says so, and is made again until it is well', async () => {
  source.follow(want);
  await settle();
  look.mockRejectedValueOnce(new Error('no answer'));
  told('2');
  await settle();
  expect(known()).toEqual({ held: held('1'), trouble: `${arn} cannot be looked up: Error: no answer` });
  expect(troubles).toEqual([expect.stringContaining(arn)]);
  look.mockResolvedValue({ found: { held: held('2') } });
  await settle(500);
  expect(known()).toEqual({ held: held('2') });
  expect(troubles.at(-1)).toBeUndefined();
});

test('whoever waits for a first answer goes on without after a while', async () => {
  look.mockImplementation(() => new Promise(() => {}));
  source.follow(want);
  await settle(4_900);
  expect(known()).toBeUndefined();
  await settle(200);
  expect(known()).toEqual({ trouble: expect.stringContaining('no answer yet') });
});

test('whoever goes on without is told why nothing came, and no longer once it has', async () => {
  look.mockRejectedValue(new Error('throttled'));
  source.follow(want);
  await settle(6_000);
  expect(known()).toEqual({ trouble: `${arn} cannot be looked up: Error: throttled` });
  expect(source.certificates().failing).toBe(1);
  look.mockResolvedValue({ found: { held: held('1') } });
  await settle(10_000);
  expect(known()).toEqual({ held: held('1') });
});

test('a serial that is known already is not looked up, another one is', async () => {
  source.follow(want);
  await settle();
  told('1');
  await settle();
  expect(look).toHaveBeenCalledTimes(1);
  told('2');
  await settle();
  expect(look).toHaveBeenLastCalledWith(want, { held: held('1') }, '2');
});

test('what the mesh knows at first is the serial to look for, and what is wrong already', async () => {
  source.follow(want, { serial: '7', notAfter: 1, failing: 'its status is REVOKED' });
  await settle();
  expect(look).toHaveBeenLastCalledWith(want, undefined, '7');
  expect(known()).toEqual({ held: held('1'), trouble: `${arn}: its status is REVOKED` });
});

test('a certificate that is said to fail stays in use, with the reason', async () => {
  source.follow(want);
  await settle();
  told('1', 'its status is EXPIRED');
  expect(known()).toEqual({ held: held('1'), trouble: `${arn}: its status is EXPIRED` });
  told('1');
  await settle();
  expect(known()).toEqual({ held: held('1') });
});

test('what is to be looked at again is, when its time has come', async () => {
  look.mockImplementation(async () => ({ found: {}, again: Date.now() + 60_000 }));
  source.follow(want);
  await settle(59_000);
  expect(look).toHaveBeenCalledTimes(1);
  await settle(2_000);
  expect(look).toHaveBeenCalledTimes(2);
});

test('who follows hears of an end also when every look fails', async () => {
  vi.setSystemTime(900);
  look.mockResolvedValueOnce({ found: { held: held('1', 1_000) }, again: 1_000 });
  look.mockRejectedValue(new Error('no answer'));
  source.follow(want);
  await settle();
  const before = changes;
  await settle(200);
  expect(known()?.trouble).toContain('expired at');
  expect(changes).toBe(before + 1);
});

test('what is near its end, over it or cannot be had is counted, and named by its ARN', async () => {
  vi.setSystemTime(900);
  source.follow(want);
  source.follow({ kind: 'grant', caller: { accountId: '1', arn: 'a' }, arn });
  await settle();
  expect(source.certificates()).toEqual({ inUse: 1, nearExpiry: 0, failing: 0, troubles: {} });
  look.mockResolvedValue({ found: { held: held('2', 1_000) } });
  told('2');
  await settle();
  const end = '1970-01-01T00:00:01.000Z';
  const near = { [arn]: `${arn} expires at ${end}` };
  expect(source.certificates()).toEqual({ inUse: 1, nearExpiry: 1, failing: 0, troubles: near });
  look.mockRejectedValue(new Error('no answer'));
  told('3');
  await settle(1_000);
  const gone = { [arn]: `${arn} expired at ${end}; ${arn} cannot be looked up: Error: no answer` };
  expect(source.certificates()).toEqual({ inUse: 1, nearExpiry: 0, failing: 1, troubles: gone });
  expect(known()?.held?.serial).toBe('2');
  source.release(want);
  expect(source.certificates()).toMatchObject({ inUse: 0, failing: 0 });
});
