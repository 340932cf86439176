// Heddle's streamer beside a server on go-control-plane's snapshot cache: both serve the same resources to the same
// load, by turns, each a process and a processor of its own. `npm run bench:streamer`; it needs Go.
// BENCH_STREAMS, BENCH_MODES, BENCH_ROUNDS, BENCH_PUSHES and BENCH_BUNDLE change what is run.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { apart } from './streamer/child.ts';
import { exportStates, type Found, type Mode, runHeddle, runPeer, type Size } from './streamer/run.ts';

const listOf = (text: string): readonly string[] => text.split(',');
const sizes = listOf(process.env.BENCH_STREAMS ?? '100,1000,2000').map(Number);
const modes = listOf(process.env.BENCH_MODES ?? 'sotw,delta') as readonly Mode[];
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const pushes = Number(process.env.BENCH_PUSHES ?? 10);

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Figure {
  readonly name: string;
  readonly aim: number;
  readonly digits: number;
  of(found: Found, streams: number): number;
}

const figures: readonly Figure[] = [
  { name: 'configure all, s', aim: 1, digits: 2, of: ({ Configure }) => Configure.Wall / 1000 },
  { name: '  CPU a stream, ms', aim: 1, digits: 3, of: ({ Configure }, streams) => Configure.CPU / streams },
  ...(['cluster', 'route'] as const).flatMap((change): Figure[] => [
    { name: `push a ${change}, ms`, aim: 1, digits: 1, of: ({ Pushes }) => middle(Pushes[change].FromAnswer) },
    {
      name: '  from the request, ms',
      aim: 1,
      digits: 1,
      of: ({ Pushes }) => middle(Pushes[change].FromRequest),
    },
    {
      name: '  CPU a stream, µs',
      aim: 1,
      digits: 1,
      of: ({ Pushes }, streams) => (1000 * middle(Pushes[change].CPUFromAnswer)) / streams,
    },
    {
      name: '  from the request, µs',
      aim: 1,
      digits: 1,
      of: ({ Pushes }, streams) => (1000 * middle(Pushes[change].CPUFromRequest)) / streams,
    },
    { name: '  bytes a stream', aim: 1.03, digits: 0, of: ({ Pushes }) => Pushes[change].Bytes },
  ]),
  { name: 'memory a stream, KiB', aim: 0.5, digits: 1, of: ({ Memory }, n) => (Memory.Settled - Memory.Idle) / n },
  { name: '  at the most, KiB', aim: 0.5, digits: 1, of: ({ Memory }, n) => (Memory.Peak - Memory.Idle) / n },
];

function show(size: Size, ours: readonly Found[], theirs: readonly Found[]): void {
  console.log(`\n${size.streams} streams, ${size.mode}`.padEnd(32), 'Heddle  go-control-plane   ratio');
  for (const { name, aim, digits, of } of figures) {
    const [own, peers] = [ours, theirs].map((found) => found.map((one) => of(one, size.streams)));
    const ratio = middle((own ?? []).map((value, round) => value / (peers?.[round] ?? Number.NaN)));
    const cells = [own, peers].map((values) =>
      middle(values ?? [])
        .toFixed(digits)
        .padStart(10),
    );
    console.log(
      `  ${name.padEnd(26)}${cells.join('        ')}   ${ratio.toFixed(2)}${ratio > aim ? ` (aim ${aim})` : ''}`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-streamer-'));
try {
  const states = join(folder, 'states');
  const names = await exportStates(folder, states);
  const [processor] = cpus();
  console.log(
    `${availableParallelism()} × ${processor?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; ` +
      `${apart ? 'server and load on a processor each' : 'server and load share the processors'}; ` +
      `the middle of ${rounds} rounds of ${pushes} pushes`,
  );
  for (const mode of modes) {
    for (const streams of sizes) {
      const size = { streams, mode, pushes };
      const [ours, theirs]: [Found[], Found[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        ours.push(await runHeddle(folder, size, names));
        theirs.push(await runPeer(folder, states, size, names));
      }
      if (ours[0] && theirs[0]) {
        const [own, peers] = [ours[0].Configure.Bytes, theirs[0].Configure.Bytes];
        if (Math.abs(own / peers - 1) > 0.03) throw new Error(`not the same configuration: ${own} and ${peers} bytes`);
      }
      show(size, ours, theirs);
      console.log(`  (load of the machine ${loadavg()[0]?.toFixed(1)})`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
