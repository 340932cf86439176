// A program: several writers race for the versions of a stream; prints each version won and its id.
// Arguments: the store's file, the stream, the number of writers, the wins each.
import { openSqlite } from '#store/sqlite.ts';
import { takeTurns } from './take-turns.ts';

const [file = '', stream = '', writers = '1', wins = '1'] = process.argv.slice(2);
const { events, views } = openSqlite(file, { now: Date.now });
const racing = Array.from({ length: Number(writers) }, () => takeTurns(events, stream, Number(wins)));
for (const won of await Promise.all(racing)) {
  for (const [version, id] of won) console.log(`${version} ${id}`);
}
await events.close();
await views.close();
