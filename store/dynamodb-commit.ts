// A commit as an item of the log's table: found by stream and version, and, for whoever follows, by the time at which it
// was appended in one of a few partitions of the index `tail`.
import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Commit } from '#events/event.ts';
import { packText, unpackText } from './packed-text.ts';

export type Item = Record<string, AttributeValue>;

/** The log's index of what was appended lately: partition `tail`, sort key `appendedAt` (ms), keys only. */
export const tailIndex = 'tail';

/** A partition takes 1,000 writes a second, an index as well: so many of these are the most that a table bears. */
export const tailPartitions = 4;

export interface CommitText extends Pick<Commit, 'id' | 'stream' | 'version' | 'time'> {
  readonly text: string;
}

/** A commit written down: what happens to it outside from here on is not the log's. */
export const commitText = (commit: Commit): CommitText => {
  const { id, stream, version, time } = commit;
  return { id, stream, version, time, text: JSON.stringify(commit) };
};

export async function commitItem(commit: CommitText, appendedAt: number): Promise<Item> {
  const { id, stream, version, time, text } = commit;
  return {
    stream: { S: stream },
    version: { N: String(version) },
    id: { S: id },
    time: { N: String(time) },
    [tailIndex]: { N: String(tailOf(stream)) },
    appendedAt: { N: String(appendedAt) },
    body: await packText(text),
  };
}

export const commitOf = async (item: Item): Promise<Commit> => JSON.parse(await unpackText(item.body)) as Commit;

export const versionOf = (item: Item): number => Number(item.version?.N);

const tailOf = (stream: string): number => createHash('sha256').update(stream).digest().readUInt8(0) % tailPartitions;
