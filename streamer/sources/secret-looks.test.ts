// What is asked about a principal's right to a key, and what stays of an answer.
import { expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { type ExportCheck, secretLooks } from './secret-looks.ts';

const caller = { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:role/envoy' };
const want = { kind: 'grant', caller, arn: 'arn:aws:acm:us-east-1:222222222222:certificate/c' } as const;
const notAsked = () => expect.unreachable();
const looking = (mayExport: ExportCheck) =>
  secretLooks({
    certificates: { describe: notAsked, export: notAsked, authority: notAsked, sign: notAsked },
    sealer: { seal: notAsked, open: notAsked },
    views: memoryViewStore({ now: () => 0 }),
    mayExport,
    now: () => 0,
    nodeValidity: 1,
    overlap: 1,
  });

test('a right is asked for again in a minute', async () => {
  const look = looking(async (_, arn) => arn === want.arn);
  expect(await look(want, undefined, undefined)).toEqual({ found: { allowed: true }, again: 60_000 });
});

test.each(['certificate', 'authority', 'grant'] as const)('a text that is no ARN asks nobody as a %s', async (kind) => {
  const look = looking(notAsked);
  const arn = `x:x:x:x:222222222222:${'y'.repeat(2_000)}`;
  const { found, again } = await look(kind === 'grant' ? { ...want, arn } : { kind, arn }, undefined, undefined);
  expect([found.trouble, again]).toEqual([expect.stringContaining('is no ARN'), undefined]);
});

test('where nobody may ask any more the answer before stays, and why is told', async () => {
  const look = looking(async () => ({ refused: 'no role there' }));
  const trouble = 'no role there';
  expect(await look(want, undefined, undefined)).toEqual({ found: { trouble }, again: 60_000 });
  expect(await look(want, { allowed: true }, undefined)).toMatchObject({ found: { allowed: true, trouble } });
  expect(await look(want, { allowed: false, trouble: 'x' }, undefined)).toMatchObject({
    found: { allowed: false, trouble },
  });
});
