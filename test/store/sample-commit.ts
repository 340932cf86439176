// A commit as the log's tests need one: its content does not matter to a store, so a tag carries any text.
import type { Commit } from '#events/event.ts';

export interface SampleOptions {
  readonly id?: string;
  readonly text?: string;
}

export function sampleCommit(stream: string, version: number, { id, text = '' }: SampleOptions = {}): Commit {
  return {
    id: id ?? `${stream}@${version}`,
    stream,
    version,
    time: 1_700_000_000_000 + version,
    schema: 1,
    actor: { accountId: '000000000000', arn: 'arn:aws:iam::000000000000:user/somebody' },
    requestId: `request-${version}`,
    events: [{ type: 'TagsChanged', ref: { kind: 'mesh', name: 'm' }, tags: [{ key: 'text', value: text }] }],
  };
}

/** Appends commits with these versions to a stream, one by one; throws when one is refused. */
export async function appendAll(
  store: { append(commits: readonly Commit[]): Promise<{ readonly ok: boolean }> },
  stream: string,
  versions: Iterable<number>,
  options: SampleOptions = {},
): Promise<void> {
  for (const version of versions) {
    const { ok } = await store.append([sampleCommit(stream, version, options)]);
    if (!ok) throw new Error(`version ${version} of ${stream} was refused`);
  }
}
