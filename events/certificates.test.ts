// When the renewal of a certificate is late, for long lives and short ones; and which certificates a document names.
import { describe, expect, test } from 'vitest';
import { certificatesNamed, lateFrom, timeLeft } from './certificates.ts';

const day = 86_400_000;

describe('a renewal', () => {
  test.each([
    ['two weeks before the end of a long life', 0, 395, 381],
    ['a quarter before the end of a short one', 0, 8, 6],
    ['two weeks before the end of a life whose beginning nobody told', undefined, 8, -6],
  ])('is late %s', (_, from, to, late) => {
    const life = { notBefore: from === undefined ? undefined : from * day, notAfter: to * day };
    expect(lateFrom(life)).toBe(late * day);
    expect(timeLeft(life, late * day - 1)).toBe('enough');
    expect(timeLeft(life, late * day)).toBe('little');
    expect(timeLeft(life, to * day - 1)).toBe('little');
    expect(timeLeft(life, to * day)).toBe('none');
  });
});

test('a document names certificates of its own account, and neither authorities, nor what another account has, nor what is no ARN', () => {
  const arn = (account: string, api = 'acm') => `arn:aws:${api}:us-east-1:${account}:certificate/c`;
  const listener = (certificateArn: string) => ({ tls: { certificate: { acm: { certificateArn } } } });
  const own = arn('111111111111');
  const none = `x:x:x:x:111111111111:${'y'.repeat(2_000)}`;
  const others = [arn('222222222222'), arn('111111111111', 'acm-pca'), none];
  const spec = { listeners: [own, ...others].map(listener), arn: own };
  expect(certificatesNamed('111111111111', spec)).toEqual([own]);
});
