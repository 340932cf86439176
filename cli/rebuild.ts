// `heddle rebuild`: the snapshots of meshes, and the index of the certificates that they use, from the log again.
import { Command } from 'commander';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { withOwnStore } from './own-store.ts';
import { tableLines } from './table.ts';

export function rebuildCommand(): Command {
  const command = new Command('rebuild')
    .description(
      'make the snapshots of all meshes from the log again, or of those whose streams are named. It opens the store that ' +
        'HEDDLE_STORE names; servers may go on meanwhile',
    )
    .argument('[stream...]', 'mesh/OWNER/NAME, the stream of a mesh')
    .action(rebuild);
  return withHelpText(withConnection(command), 'make all snapshots from the log again', [
    ['npx heddle rebuild'],
    ['HEDDLE_STORE=dynamodb:heddle HEDDLE_SNAPSHOT_BUCKET=my-bucket npx heddle rebuild mesh/111122223333/shop'],
  ]);
}

async function rebuild(streams: readonly string[], { json }: Connection): Promise<void> {
  const [{ meshFolding }, { meshOfStream }, { rebuildSnapshots }, { rebuildCertificateIndex }] = await Promise.all([
    import('#events/folding.ts'),
    import('#events/names.ts'),
    import('#store/rebuild.ts'),
    import('#functions/projector/certificate-index.ts'),
  ]);
  const wrong = streams.filter((stream) => meshOfStream(stream) === undefined);
  if (wrong.length > 0) throw new Failure(`no stream of a mesh (mesh/OWNER/NAME): ${wrong.join(', ')}`, 2);
  const rebuilt = await withOwnStore(async (stores) => {
    const all = streams.length > 0 ? streams : await stores.events.streams();
    const done = [];
    // One after the other: whoever serves goes first.
    for (const stream of all.filter((one) => meshOfStream(one) !== undefined)) {
      done.push(await rebuildSnapshots(stores, stream, meshFolding));
      await rebuildCertificateIndex(stores, stream);
    }
    return done;
  });
  const rows = rebuilt.map(({ stream, sequence, snapshots }) => [stream, `${sequence}`, snapshots.join(' ')]);
  const text = tableLines([['STREAM', 'SEQUENCE', 'SNAPSHOTS'], ...rows]).join('\n');
  process.stdout.write(`${json ? JSON.stringify(rebuilt, null, 2) : text}\n`);
  const stopped = rebuilt.flatMap(({ stream, stopped: at }) =>
    at === undefined ? [] : [`${stream} cannot be folded beyond ${at.version - 1}: ${at.reason}`],
  );
  if (stopped.length > 0) throw new Failure(stopped.join('\n'));
}
