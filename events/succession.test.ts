// A new root is trusted before it is shown, an old one until nothing under it can hold.
import { describe, expect, test } from 'vitest';
import { nextChange, type Rooted, type Succession, shownOf, succession, trustedOf } from './succession.ts';

interface Named extends Rooted {
  readonly name: string;
}
const of = (name: string, root: string, notAfter: number): Named => ({ name, root, notAfter });
const overlap = 10;
const state = (kept: Succession<Named>, now: number) => [shownOf(kept, now).name, trustedOf(kept, now)];

describe('a certificate that follows another', () => {
  const first = succession(of('one', 'A', 100), undefined, 0, overlap);

  test('is shown at once when it is the first, or of the same root', () => {
    expect(state(first, 0)).toEqual(['one', 'A']);
    expect(state(succession(of('two', 'A', 150), first, 50, overlap), 50)).toEqual(['two', 'A']);
  });

  test('of another root is trusted at once and shown later, the root before is trusted to its end', () => {
    const changed = succession(of('two', 'B', 150), first, 50, overlap);
    expect([50, 59, 60, 99, 100].map((now) => state(changed, now))).toEqual([
      ['one', 'BA'],
      ['one', 'BA'],
      ['two', 'BA'],
      ['two', 'BA'],
      ['two', 'B'],
    ]);
    expect([50, 60, 100].map((now) => nextChange(changed, now))).toEqual([60, 100, undefined]);
  });

  test('does not wait for one that holds no longer, nor longer than that holds', () => {
    expect(state(succession(of('two', 'B', 150), first, 100, overlap), 100)).toEqual(['two', 'B']);
    const late = succession(of('two', 'B', 150), first, 95, overlap);
    expect([95, 100].map((now) => state(late, now)[0])).toEqual(['one', 'two']);
  });

  test('of a root that waits to be shown waits as long, and one of a third root is waited for anew', () => {
    const changed = succession(of('two', 'B', 150), first, 50, overlap);
    const again = succession(of('three', 'B', 160), changed, 55, overlap);
    expect([59, 60].map((now) => state(again, now))).toEqual([
      ['one', 'BA'],
      ['three', 'BA'],
    ]);
    const third = succession(of('three', 'C', 160), changed, 55, overlap);
    expect([60, 65].map((now) => state(third, now))).toEqual([
      ['one', 'CBA'],
      ['three', 'CBA'],
    ]);
  });

  test('goes back to a root that is still trusted without a wait', () => {
    const changed = succession(of('two', 'B', 150), first, 50, overlap);
    const back = succession(of('three', 'A', 160), changed, 70, overlap);
    expect(state(back, 70)).toEqual(['three', 'AB']);
  });
});
