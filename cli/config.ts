// `heddle config`: the Envoy configuration that a resource's proxies get, whether one is connected or not.
import { Command } from 'commander';
import { proxyArgument, resourceForms } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { withHelpText } from './help-text.ts';

interface ConfigOptions extends Connection {
  readonly static: boolean;
}

export function configCommand(): Command {
  const command = new Command('config')
    .description('print the Envoy configuration that the proxies of RESOURCE get')
    .argument('<resource>', resourceForms, proxyArgument)
    .option('--static', 'as one bootstrap that `envoy --mode validate -c` accepts anywhere', false)
    .action(config);
  return withHelpText(withConnection(command), "show the Envoy configuration of RESOURCE's proxies", [
    ['npx heddle config mesh/shop/virtualNode/front'],
    ['npx heddle config mesh/shop/virtualNode/front --static > front.json', 'for envoy --mode validate -c'],
  ]);
}

async function config(resource: string, options: ConfigOptions): Promise<void> {
  const query = { resource: resource, ...(options.static ? { static: 'true' } : {}) };
  const answer = await callerOf(options).call({ method: 'GET', path: '/heddle/v1/config', query });
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}
