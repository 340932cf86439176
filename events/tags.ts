// The rules of tags: at most 50 a resource, one value a key, and keys that begin with `aws:` are AWS's own.
import type { Tag } from './event.ts';
import { constraint, type Fault } from './model/validate.ts';
import type { Refusal } from './refusal.ts';

const limit = 50;

type TooManyTags = Extract<Refusal, { refused: 'too-many-tags' }>;

/** What is wrong with tags that are to be added; `tags` have their shape. */
export function tagFaults(tags: readonly Tag[]): readonly Fault[] {
  return tags.flatMap(({ key }, index) => {
    const path = `tags[${index}].key`;
    if (key.toLowerCase().startsWith('aws:')) return [constraint(path, key, 'Member must not begin with aws:')];
    const first = tags.findIndex((other) => other.key === key);
    return first === index ? [] : [constraint(path, key, 'Member must be given once')];
  });
}

/** The tags after adding some without fault (a key that is there gets the new value), ordered by key; or the refusal. */
export function withTags(before: readonly Tag[], added: readonly Tag[], what: string): readonly Tag[] | TooManyTags {
  const kept = before.filter((tag) => !added.some((other) => other.key === tag.key));
  const after = [...kept, ...added.map(({ key, value }) => ({ key, value }))];
  if (after.length > limit) return { refused: 'too-many-tags', what, limit };
  return after.sort((a, b) => (a.key < b.key ? -1 : 1));
}
