// The contract of the App Mesh API in tests: what every place that serves it must do, in process, embedded or deployed,
// seen through AWS's own SDK.
import { afterAll, beforeAll, describe } from 'vitest';
import { badInputSuite } from './api/bad-input.ts';
import { type ApiUnderTest, type Bench, benchOf } from './api/bench.ts';
import { concurrencySuite } from './api/concurrency.ts';
import { lifecycleSuite } from './api/lifecycle.ts';
import { listSuite } from './api/lists.ts';
import { policySuite } from './api/policies.ts';
import { refusalSuite } from './api/refusals.ts';

/** `start` gives an API of its own that knows the principals of the suite; it is closed at the end. */
export function apiSuite(name: string, start: () => Promise<ApiUnderTest>): void {
  describe(`the App Mesh API ${name}`, () => {
    let made: Bench | undefined;
    const bench = (): Bench => {
      if (made === undefined) throw new Error('the API was not started');
      return made;
    };
    beforeAll(async () => {
      made = benchOf(await start());
    });
    afterAll(() => made?.close());

    lifecycleSuite(bench);
    listSuite(bench);
    refusalSuite(bench);
    badInputSuite(bench);
    concurrencySuite(bench);
    policySuite(bench);
  });
}
