// The set-up: brings what a fresh clone lacks and builds what changed; `npm start`, `npm test` and `npx heddle` begin
// with it. Plain JavaScript, since the machine's own Node may be older than the one Heddle needs (18 is enough here).
// --tools: also what only tests and the demo use (Envoy, the AWS CLI, iptables). --code: all but the bundle.
import { setUp } from './setup/set-up.mjs';

try {
  await setUp({ withBundle: !process.argv.includes('--code'), withTools: process.argv.includes('--tools') });
} catch (error) {
  process.stderr.write(`heddle: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
