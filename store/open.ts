// Which store the environment names, and how it is opened: by whatever runs on the store itself.
import { join, resolve } from 'node:path';
import type { DynamodbPlaces } from './dynamodb.ts';
import type { BadSnapshot } from './snapshot.ts';
import { openSqlite } from './sqlite.ts';
import type { Stores } from './through.ts';

/** The file of SQLite, or the tables and the bucket on AWS. */
export type StorePlace = { readonly file: string } | DynamodbPlaces;

export interface StoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each snapshot that was passed over because it is damaged. */
  readonly onBadSnapshot?: (bad: BadSnapshot) => void;
}

/** Reads HEDDLE_STORE and what belongs to it; `text` gives the text of a variable. `refused` names what is wrong. */
export function storePlace(
  text: (name: string) => string | undefined,
): StorePlace | { readonly refused: readonly string[] } {
  const written = text('HEDDLE_STORE') ?? 'sqlite';
  const folder = resolve(text('HEDDLE_DATA_DIR') ?? '.heddle');
  const bucket = text('HEDDLE_SNAPSHOT_BUCKET');
  if (written === 'sqlite') return { file: join(folder, 'heddle.db') };
  // Names of tables: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  const [, name] = /^dynamodb:([A-Za-z0-9_.-]{3,249})$/.exec(written) ?? [];
  if (name === undefined) return { refused: [`HEDDLE_STORE: '${written}' is neither sqlite nor dynamodb:TABLE`] };
  if (bucket === undefined) {
    return { refused: ['HEDDLE_SNAPSHOT_BUCKET: a store in DynamoDB needs a bucket for its snapshots'] };
  }
  return { logTable: name, viewsTable: `${name}-views`, bucket };
}

/** Rejects when the file cannot be used; of AWS nothing is asked yet. */
export async function openStore(place: StorePlace, options: StoreOptions): Promise<Stores> {
  if ('file' in place) return openSqlite(place.file, options);
  // The clients of AWS are loaded where they are needed: a laptop starts without them.
  const { openDynamodb } = await import('./dynamodb.ts');
  return openDynamodb({ ...place, ...options });
}
