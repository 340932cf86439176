// The rules of tags: at most 50 a resource, one value a key, and keys that begin with `aws:` are AWS's own.
import type { Tag } from './event.ts';
import { constraint } from './model/validate.ts';
import type { Refusal } from './refusal.ts';

const limit = 50;

/** The tags after adding some (a key that is there gets the new value), ordered by key; or the refusal. */
export function withTags(before: readonly Tag[], added: readonly Tag[], what: string): readonly Tag[] | Refusal {
  const faults = added.flatMap((tag, index) => {
    const path = `tags[${index}].key`;
    if (tag.key.toLowerCase().startsWith('aws:')) return [constraint(path, tag.key, 'Member must not begin with aws:')];
    const first = added.findIndex((other) => other.key === tag.key);
    return first === index ? [] : [constraint(path, tag.key, 'Member must be given once')];
  });
  if (faults.length > 0) return { refused: 'invalid', faults };
  const kept = before.filter((tag) => !added.some((other) => other.key === tag.key));
  const after = [...kept, ...added.map(({ key, value }) => ({ key, value }))];
  if (after.length > limit) return { refused: 'too-many-tags', what, limit };
  return after.sort((a, b) => (a.key < b.key ? -1 : 1));
}
