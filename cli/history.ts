// `heddle history`: who changed what, when, from which client; or what was there at a time.
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { anyResourceForms, countArgument, resourceArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import type { Client } from './client.ts';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { type HistoryEntry, historyText, timeText } from './history-text.ts';

interface HistoryOptions extends Connection {
  readonly at?: string;
  readonly limit?: number;
}

/** What was there: `time` is that of the commit `sequence`, in seconds since the epoch. */
interface Past {
  readonly resource: string;
  readonly sequence: number;
  readonly time: number;
  readonly documents: readonly unknown[];
}

/** As many as the service gives at once. */
const pageSize = 100;

export function historyCommand(): Command {
  const command = new Command('history')
    .description('list who changed RESOURCE (of a mesh: everything in it), when and how, the newest change first')
    .argument('<resource>', anyResourceForms, resourceArgument)
    .addOption(
      new Option('--at <moment>', 'show what was there instead: a sequence, ISO 8601, or seconds since the epoch'),
    )
    .addOption(new Option('--limit <count>', 'the newest so many').argParser(countArgument).conflicts('at'))
    .action(history);
  return withHelpText(withConnection(command), 'list who changed RESOURCE, when and how', [
    ['npx heddle history mesh/shop --limit 20'],
    ['npx heddle history mesh/shop/virtualRouter/paint/route/canary --at 17', 'what it was'],
  ]);
}

async function history(resource: string, options: HistoryOptions): Promise<void> {
  const client = callerOf(options);
  if (options.at !== undefined) return showPast(await pastOf(client, resource, options.at), options);
  const all: HistoryEntry[] = [];
  for await (const page of changesOf(client, resource, options.limit ?? Number.POSITIVE_INFINITY)) {
    // Whoever reads has read enough (`heddle history … | head`).
    if (!process.stdout.writable) return;
    if (options.json) all.push(...page);
    else if (page.length > 0) process.stdout.write(`${historyText(page)}\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
}

function showPast(past: Past, { json }: HistoryOptions): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(past, null, 2)}\n`);
    return;
  }
  const documents = past.documents.map((document) => `---\n${stringify(document, { lineWidth: 0 })}`);
  const head = `# ${past.resource} at sequence ${past.sequence}, ${timeText(past.time)}\n`;
  process.stdout.write(head + documents.join(''));
}

async function* changesOf(client: Client, resource: string, limit: number): AsyncGenerator<readonly HistoryEntry[]> {
  let left = limit;
  for await (const page of pagesOf(client, { resource }, () => Math.min(left, pageSize))) {
    if (!Array.isArray(page)) throw foreign(client);
    yield page as readonly HistoryEntry[];
    left -= page.length;
    if (left <= 0) return;
  }
}

async function pastOf(client: Client, resource: string, at: string): Promise<Past> {
  const pages: Past[] = [];
  for await (const page of pagesOf(client, { resource, at }, () => pageSize)) {
    if (typeof page !== 'object' || page === null || !('documents' in page)) throw foreign(client);
    pages.push(page as Past);
  }
  const [first] = pages;
  if (first === undefined) throw foreign(client);
  return { ...first, documents: pages.flatMap(({ documents }) => documents) };
}

const foreign = ({ endpoint }: Client): Failure =>
  new Failure(`${endpoint.origin} answered with something that is not a history: is it Heddle?`);

async function* pagesOf(
  client: Client,
  query: Readonly<Record<string, string>>,
  limit: () => number,
): AsyncGenerator<unknown> {
  let nextToken: string | null = null;
  do {
    const page = { ...query, limit: String(limit()), ...(nextToken === null ? {} : { nextToken }) };
    const { body, headers } = await client.exchange({ method: 'GET', path: '/heddle/v1/history', query: page });
    yield body;
    nextToken = headers.get('x-heddle-next-token');
  } while (nextToken !== null);
}
