// When the renewal of a certificate is late, for long lives and short ones.
import { describe, expect, test } from 'vitest';
import { lateFrom, timeLeft } from './certificates.ts';

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
