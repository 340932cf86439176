// `heddle rollback`: gives a resource the spec that it had earlier, as a new version.
import { Command } from 'commander';
import { anyResourceForms, countArgument, resourceArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { withHelpText } from './help-text.ts';

interface RollbackOptions extends Connection {
  readonly to: number;
}

export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('give RESOURCE the spec that it had at a sequence of its history, as a new version')
    .argument('<resource>', anyResourceForms, resourceArgument)
    .requiredOption('--to <sequence>', 'the sequence to go back to, as `heddle history` shows it', countArgument)
    .action(rollback);
  return withHelpText(withConnection(command), 'give RESOURCE an earlier spec again', [
    ['npx heddle rollback mesh/shop/virtualRouter/paint/route/canary --to 17'],
  ]);
}

async function rollback(resource: string, { to, json, ...connection }: RollbackOptions): Promise<void> {
  const client = callerOf({ ...connection, json });
  const call = { method: 'POST', path: '/heddle/v1/rollback', body: { resource, to } } as const;
  const { body, headers } = await client.exchange(call);
  const sequence = Number(headers.get('x-heddle-sequence'));
  if (json) {
    process.stdout.write(`${JSON.stringify({ sequence, document: body }, null, 2)}\n`);
    return;
  }
  const { metadata } = body as { readonly metadata?: { readonly arn?: string; readonly version?: number } };
  process.stdout.write(
    `${metadata?.arn ?? resource}: the spec of sequence ${to} is version ${metadata?.version}, at sequence ${sequence}\n`,
  );
}
