// `npm run golden`: writes the expected file of every golden case anew, for the difference to be read and judged.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expectedFile, goldenCases, render } from './golden/render.ts';

for (const name of goldenCases()) {
  const file = expectedFile(name);
  const text = render(name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}
