// The rules of tags: at most 50 a resource, one value a key, and keys that begin with `aws:` are AWS's own.
import type { Tag } from './event.ts';
import { invalid, type Refusal } from './refusal.ts';

const limit = 50;

/** The tags after adding some (a key that is there gets the new value), ordered by key; or the refusal. */
export function withTags(before: readonly Tag[], added: readonly Tag[], what: string): readonly Tag[] | Refusal {
  for (const [index, tag] of added.entries()) {
    if (tag.key.toLowerCase().startsWith('aws:')) {
      const path = `tags[${index}].key`;
      return invalid(
        path,
        `Value '${tag.key}' at '${path}' failed to satisfy constraint: Member must not begin with aws:`,
      );
    }
    if (added.findIndex((other) => other.key === tag.key) !== index) {
      const path = `tags[${index}].key`;
      return invalid(path, `Value '${tag.key}' at '${path}' failed to satisfy constraint: Member must be given once`);
    }
  }
  const kept = before.filter((tag) => !added.some((other) => other.key === tag.key));
  const after = [...kept, ...added.map(({ key, value }) => ({ key, value }))];
  if (after.length > limit) return { refused: 'too-many-tags', what, limit };
  return after.sort((a, b) => (a.key < b.key ? -1 : 1));
}
