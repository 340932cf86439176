// Brings Node, dependencies and generated code to where they should be. Costs some milliseconds when nothing changed;
// otherwise one line for each step, on standard error.
import { withLock } from './lock.mjs';
import { bringNode, findNode, linkNode } from './node.mjs';
import { say } from './say.mjs';
import { bundling, code, testTools } from './steps.mjs';

async function take(step, node) {
  if (step.fresh()) return;
  const start = Date.now();
  say(`set-up: ${step.name} …`);
  await step.make(node);
  say(`set-up: ${step.name} done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

async function bring(needed, wished) {
  const node = findNode() ?? (await bringNode());
  linkNode(node);
  for (const step of needed) await take(step, node);
  for (const step of wished) {
    // Without them the tests that need them are skipped; everything else can still be checked.
    await take(step, node).catch((error) => say(`set-up: no ${step.name}: ${error.message}`));
  }
  return node;
}

/**
 * @param {{withBundle?: boolean, withTools?: boolean}} [options] withBundle (true): what `heddle` runs; without it only
 *   what the sources need. withTools (false): Envoy, the AWS CLI, emulators of AWS and iptables as well, which tests and demo use
 * @returns {Promise<string>} the path of the Node that runs what was set up
 */
export async function setUp({ withBundle = true, withTools = false } = {}) {
  const node = findNode();
  const needed = withBundle ? [...code, bundling] : code;
  const wished = withTools ? testTools : [];
  if (node !== undefined && [...needed, ...wished].every((step) => step.fresh())) {
    linkNode(node);
    return node;
  }
  return withLock(() => bring(needed, wished));
}
