// The contract of sharing in tests: what every place that serves RAM's API for meshes must do, in process, embedded or
// deployed, seen through AWS's own SDK for RAM and App Mesh.
import { afterAll, beforeAll, describe } from 'vitest';
import { type SharingBench, type SharingUnderTest, sharingBenchOf } from './sharing/bench.ts';
import { lifeSuite } from './sharing/life.ts';
import { organizationSuite } from './sharing/organization.ts';
import { requestSuite } from './sharing/requests.ts';

/**
 * `start` gives a control plane of its own that knows the suite's party; it is closed at the end. `organization`: it knows
 * the suite's organization as well, with sharing not yet enabled.
 */
export function sharingSuite(
  name: string,
  start: () => Promise<SharingUnderTest>,
  { organization = false }: { readonly organization?: boolean } = {},
): void {
  describe(`sharing ${name}`, () => {
    let made: SharingBench | undefined;
    const bench = (): SharingBench => {
      if (made === undefined) throw new Error('nothing was started');
      return made;
    };
    beforeAll(async () => {
      made = sharingBenchOf(await start());
    });
    afterAll(() => made?.close());

    lifeSuite(bench);
    requestSuite(bench);
    if (organization) organizationSuite(bench);
  });
}
