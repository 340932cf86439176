// `heddle upgrade`: lets the writers write the newest schema of this release.
import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { withOwnStore } from './own-store.ts';

interface UpgradeOptions extends Connection {
  readonly force: boolean;
}

export function upgradeCommand(): Command {
  const command = new Command('upgrade')
    .description(
      'let all writers write the newest schema that this release knows, once no process of an earlier release is left. ' +
        'It opens the store that HEDDLE_STORE names',
    )
    .addOption(new Option('--force', 'also while a streamer lives that would not understand it').default(false))
    .action(upgrade);
  return withHelpText(withConnection(command), 'let writers write the newest schema', [['npx heddle upgrade']]);
}

async function upgrade({ json, force }: UpgradeOptions): Promise<void> {
  const { raiseWriteSchema } = await import('#store/raise-schema.ts');
  const raised = await withOwnStore((stores) => raiseWriteSchema(stores, { id: randomUUID, now: Date.now, force }));
  if (raised.done === 'too-early') {
    const tasks = `${raised.behind.length} streamer task${raised.behind.length === 1 ? '' : 's'}`;
    throw new Failure(`${tasks} of an earlier release would stop at it: ${raised.behind.join(', ')}`);
  }
  const text =
    raised.done === 'already' ? `schema ${raised.to} is written already` : `schema ${raised.to} is written from now on`;
  process.stdout.write(`${json ? JSON.stringify(raised) : text}\n`);
}
