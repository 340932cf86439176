// `npm test`: lint, types, dead code and every suite, one after the other, with one sum at the end.
// `npm run test:unit` and `npm run test:aws` run the suites of that one kind alone.
import { command } from './checks/command.ts';
import { inWords, type Outcome, verdict } from './checks/outcome.ts';
import { suites } from './checks/suites.ts';

interface Part {
  readonly name: string;
  readonly check: () => Promise<Outcome>;
}

const tool = (name: string, script: string, ...parameters: readonly string[]): Part => ({
  name,
  check: async () => verdict(name, await command(script, parameters)),
});

// Names in vitest.config.ts; none is all of them.
const projects = process.argv.slice(2);

const parts: readonly Part[] = [
  tool('lint and format', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  tool('types', 'node_modules/typescript/bin/tsc', '--noEmit'),
  tool('dead code', 'node_modules/knip/bin/knip.js', '--no-progress'),
  { name: 'suites', check: () => suites(projects) },
];

const outcomes: Outcome[] = [];
const lines: string[] = [];
for (const part of parts) {
  const start = performance.now();
  console.log(`\n── ${part.name}`);
  const outcome = await part.check();
  outcomes.push(outcome);
  lines.push(`${outcome.name}: ${inWords(outcome)} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, outcome) => total + count(outcome), 0);
const total = {
  passed: sum((outcome) => outcome.passed),
  failed: sum((outcome) => outcome.failed),
  skipped: sum((outcome) => outcome.skipped),
};
console.log(`\n${lines.join('\n')}\n`);
console.log(inWords(total));
process.exitCode = total.failed === 0 ? 0 : 1;
