// Which store the environment names: apart from what opens it, because a function that is deployed knows its own.
import { join, resolve } from 'node:path';
import type { DynamodbPlaces } from './dynamodb.ts';

/** The file of SQLite, or the tables and the bucket on AWS. */
export type StorePlace = { readonly file: string } | DynamodbPlaces;

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
