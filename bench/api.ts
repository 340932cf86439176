// How many calls of the API a second, and how long each takes, beside moto's server under the same load of signed
// requests, one server after the other in each round; what a server that does nothing would make of the same load; and
// whether a large mesh makes a describe slower.
// `npm run bench:api`; BENCH_REQUESTS is the number of requests in a round.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBare } from './api/bare-server.ts';
import { startHeddle } from './api/heddle-server.ts';
import { startMoto } from './api/moto-server.ts';
import { describeNode, makeMesh, makeNode, nodes, operations } from './api/scenario.ts';
import { type Keys, type Plain, signerFor } from './api/signed-request.ts';
import { load, type Measured, type Target } from './api/wire-load.ts';

const requests = Number(process.env.BENCH_REQUESTS ?? 500);
const rounds = 3;
const concurrencies = [1, 8, 32];
const wanted = 5;
const sizes = { small: 10, large: 10_000 };
const mostSlower = 1.5;

interface Bench {
  run(plain: readonly Plain[], concurrency: number): Promise<Measured>;
}

function benchOf(target: Target, keys: Keys): Bench {
  const sign = signerFor(target, keys);
  return { run: async (plain, concurrency) => load(target, await Promise.all(plain.map(sign)), concurrency) };
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

async function prepare(bench: Bench): Promise<void> {
  await bench.run(['bench', 'made'].map(makeMesh), 1);
  await bench.run(
    range(nodes).map((index) => makeNode('bench', index)),
    1,
  );
  // Both warm: what is measured is a server that has been at work.
  for (const [name, make] of Object.entries(operations)) {
    await bench.run(
      range(requests).map((index) => make(index, `warm-${name}`)),
      8,
    );
  }
}

const shown = ({ perSecond, p50, p99 }: Measured): string =>
  `${perSecond.toFixed(0).padStart(7)} ${p50.toFixed(2).padStart(8)} ${p99.toFixed(2).padStart(8)}`;

interface Round {
  readonly ours: Measured;
  readonly theirs: Measured;
  /** The same load on a server that does nothing but bring what is written to the disk. */
  readonly bare: Measured;
  readonly ratio: number;
}

/** The middle of several rounds, in which the servers take turns: a busy moment of the machine meets all of them. */
async function measure({ heddle, moto, bare }: Benches, plain: Load): Promise<Round> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await heddle.run(plain.of(round), plain.concurrency);
    const least = await bare.run(plain.of(round), plain.concurrency);
    const theirs = await moto.run(plain.of(round), plain.concurrency);
    measured.push({ ours, theirs, bare: least, ratio: ours.perSecond / theirs.perSecond });
  }
  const middle = measured.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(rounds / 2)];
  if (middle === undefined) throw new Error('no rounds');
  return middle;
}

interface Benches {
  readonly heddle: Bench;
  readonly moto: Bench;
  readonly bare: Bench;
}

interface Load {
  readonly concurrency: number;
  of(round: number): readonly Plain[];
}

/** Prints the table; returns the smallest ratio. */
async function compare(benches: Benches): Promise<number> {
  console.log(`${requests} requests, the middle of ${rounds} rounds; calls a second, p50 and p99 in ms`);
  console.log(
    `${'operation'.padEnd(10)} at once   Heddle                       moto                         ratio  bare server`,
  );
  let least = Number.POSITIVE_INFINITY;
  for (const [name, make] of Object.entries(operations)) {
    for (const concurrency of concurrencies) {
      const of = (round: number) => range(requests).map((index) => make(index, `at-${concurrency}-${round}`));
      const { ours, theirs, bare, ratio } = await measure(benches, { concurrency, of });
      least = Math.min(least, ratio);
      const row = [name.padEnd(10), String(concurrency).padStart(7), shown(ours), '  ', shown(theirs)];
      const floor = `${bare.perSecond.toFixed(0).padStart(6)} ${(bare.perSecond / theirs.perSecond).toFixed(1)}`;
      console.log(`${row.join(' ')}   ${ratio.toFixed(1).padStart(5)}  ${floor}`);
    }
  }
  return least;
}

/** How many times the median of a describe in a small mesh one in a large mesh takes. */
async function flatness(heddle: Bench): Promise<number> {
  for (const [meshName, size] of Object.entries(sizes)) {
    await heddle.run([makeMesh(meshName)], 1);
    await heddle.run(
      range(size).map((index) => makeNode(meshName, index)),
      8,
    );
  }
  const describe = (meshName: keyof typeof sizes) =>
    heddle.run(
      range(requests).map((index) => describeNode(meshName, (index * 7919) % sizes[meshName])),
      1,
    );
  const medians: Record<keyof typeof sizes, number[]> = { small: [], large: [] };
  for (const meshName of ['small', 'large', 'small', 'large', 'small', 'large'] as const) {
    medians[meshName].push((await describe(meshName)).p50);
  }
  const [small, large] = [Math.min(...medians.small), Math.min(...medians.large)];
  const ratio = large / small;
  console.log(
    `describe in a mesh of ${sizes.small} ${small.toFixed(3)} ms, of ${sizes.large.toLocaleString('en')} ` +
      `${large.toFixed(3)} ms (p50): ratio ${ratio.toFixed(2)}`,
  );
  return ratio;
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-api-'));
try {
  await using moto = await startMoto(folder);
  await using heddle = await startHeddle(folder);
  await using bare = await startBare(folder);
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-checked' };
  const benches = {
    heddle: benchOf(heddle.target, heddle.keys),
    moto: benchOf(moto.target, keys),
    bare: benchOf(bare.target, keys),
  };
  await prepare(benches.heddle);
  await prepare(benches.moto);
  const least = await compare(benches);
  console.log(`at least ${least.toFixed(1)} times moto's throughput`);
  const slower = await flatness(benches.heddle);
  if (least < wanted) console.error(`too slow: it must be ${wanted} times moto's throughput`);
  if (slower > mostSlower) console.error('a describe must cost the same in a large mesh');
  if (least < wanted || slower > mostSlower) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
