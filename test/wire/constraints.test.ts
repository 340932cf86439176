// Every constraint of the contract over HTTP, signed: broken alone it is refused with the member's path in the message,
// met at its limit it is accepted. The cases are read from the contract.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, operations } from '#events/model/operations.ts';
import { type Bench, benchOf, type RawAnswer } from '#test/suites/api/bench.ts';
import { breaksOf, type ConstraintCase, limitsOf } from './constraint-case.ts';
import { startEmbedded } from './embedded.ts';
import { sitesOf } from './member-site.ts';
import { createWorld, type World } from './world.ts';

const atOnce = 16;
const patience = 300_000;

describe('every constraint of the contract', () => {
  let bench: Bench;
  let world: World;
  beforeAll(async () => {
    bench = benchOf(await startEmbedded());
    const meshName = bench.name();
    world = await createWorld(bench.call, meshName, bench.arn(meshName));
  });
  afterAll(() => bench.close());

  /** Sends all cases, several at once, and returns what `judge` says against any of them. */
  async function faultsOf(
    operation: Operation,
    cases: readonly ConstraintCase[],
    judge: (one: ConstraintCase, answer: RawAnswer) => string | undefined,
  ): Promise<readonly string[]> {
    const faults: string[] = [];
    const waiting = cases.values();
    const work = async () => {
      for (const one of waiting) {
        const answer = await bench.call(operation.name, one.request);
        const fault = judge(one, answer);
        if (fault !== undefined) faults.push(`${one.what} at ${one.path}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return faults;
  }

  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s: each one broken alone is refused, and named',
    async (_name, operation) => {
      const cases = sitesOf(operation).flatMap((site) => breaksOf(operation, site, world.names));
      const faults = await faultsOf(operation, cases, ({ path, alsoBroken = path }, { status, headers, body }) => {
        const message = String(body.message);
        const refused = status === 400 && headers['x-amzn-errortype'] === 'BadRequestException';
        const [, ...all] = message.split(/(?:detected: |; )(?=Value |Member )/);
        const alone =
          all.length > 0 && all.every((fault) => [path, alsoBroken].some((one) => fault.includes(`'${one}'`)));
        return refused && alone ? undefined : `${status} ${message}`;
      });
      expect(cases).not.toHaveLength(0);
      expect(faults).toEqual([]);
    },
    patience,
  );

  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s: each one met at its limit is accepted',
    async (_name, operation) => {
      const cases = sitesOf(operation).flatMap((site) => limitsOf(operation, site, world.names));
      for (const { request } of cases) await world.prepare(operation, request);
      const faults = await faultsOf(operation, cases, ({ site }, { status, body }) => {
        // A name may be at its limit and yet name nothing, or what is in use.
        const named =
          (status === 404 && (operation.verb === 'Delete' || site.place === 'path')) ||
          (status === 409 && operation.verb === 'Delete');
        return status === 200 || named ? undefined : `${status} ${String(body.message)}`;
      });
      expect(faults).toEqual([]);
    },
    patience,
  );
});
