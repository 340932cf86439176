// Tags of namespaces and services of the embedded registry: for whoever keeps them in order, nothing here depends on them.

import type { Tag } from '#events/event.ts';
import { tagFaults, withTags } from '#events/tags.ts';
import { type ContextEntry, tagEntries } from '#identity/request-context.ts';
import { cloudMapError } from './cloud-map-error.ts';
import { type Members, structure, text, texts } from './members.ts';
import { arnOfNamespace, arnOfService, idIn, type Operation, type Place } from './place.ts';
import type { NamespaceRecord, ServiceRecord } from './records.ts';

/** The tags in a request, `{Key, Value}` each; none where it has none. */
export function tagsIn({ Tags: written = [] }: Members): readonly Tag[] {
  if (!Array.isArray(written)) throw cloudMapError('InvalidInput', 'Tags is not a list');
  const tags = written.map((tag: unknown) => {
    const one = structure({ Tag: tag }, 'Tag') ?? {};
    return { key: text(one, 'Key', 'TagKey'), value: text(one, 'Value', 'TagValue') };
  });
  const [fault] = tagFaults(tags);
  if (fault !== undefined) throw cloudMapError('InvalidInput', fault.message);
  return tags;
}

/** The condition keys of a request with tags. */
export const entriesOfTags = (members: Members): readonly ContextEntry[] => {
  const tags = tagsIn(members);
  const keys = [...tags.map(({ key }) => key), ...(texts(members, 'TagKeys') ?? [])];
  return [...tagEntries('aws:RequestTag', tags), ...keys.map((key) => ['aws:TagKeys', key] as const)];
};

/** As members of a record: the tags that it had and those that are added. */
export function tagged(before: readonly Tag[] | undefined, added: readonly Tag[]): { readonly tags?: readonly Tag[] } {
  const tags = withTags(before ?? [], added, 'the resource');
  if ('refused' in tags) throw cloudMapError('TooManyTagsException', `The resource would have more than ${tags.limit}`);
  return tags.length > 0 ? { tags } : {};
}

type Found = { readonly namespace: NamespaceRecord } | { readonly service: ServiceRecord };

async function found(place: Place, members: Members): Promise<Found> {
  const { registry, account } = place;
  const arn = text(members, 'ResourceARN', 'Identifier');
  const id = idIn(place, arn);
  const namespace = await registry.namespace(account, id);
  if (namespace !== undefined) return { namespace };
  const service = await registry.service(account, id);
  if (service !== undefined) return { service };
  throw cloudMapError('ResourceNotFoundException', `There is no ${arn}`);
}
const tagsOf = (one: Found): readonly Tag[] => ('service' in one ? one.service : one.namespace).tags ?? [];
const having = (one: Found, tags: readonly Tag[]): Found =>
  'service' in one ? { service: { ...one.service, tags } } : { namespace: { ...one.namespace, tags } };

const byArn: Pick<Operation, 'resource' | 'entries'> = {
  // Of what is found by it, however it is written.
  resource(place, members) {
    const id = idIn(place, text(members, 'ResourceARN', 'Identifier'));
    return id.startsWith('ns-') ? arnOfNamespace(place, id) : arnOfService(place, id);
  },
  entries: entriesOfTags,
};

export const tagOperations = {
  TagResource: {
    ...byArn,
    async run(place, members) {
      const one = await found(place, members);
      const { tags = [] } = tagged(tagsOf(one), tagsIn(members));
      await place.registry.change(place.account, having(one, tags));
      return {};
    },
  },
  UntagResource: {
    ...byArn,
    async run(place, members) {
      const one = await found(place, members);
      const keys = texts(members, 'TagKeys') ?? [];
      const kept = tagsOf(one).filter(({ key }) => !keys.includes(key));
      await place.registry.change(place.account, having(one, kept));
      return {};
    },
  },
  ListTagsForResource: {
    ...byArn,
    run: async (place, members) => ({
      Tags: tagsOf(await found(place, members)).map(({ key: Key, value: Value }) => ({ Key, Value })),
    }),
  },
} as const satisfies Readonly<Record<string, Operation>>;
