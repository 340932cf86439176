// What is known of a request when policies are evaluated: the values of condition keys. Names of keys do not tell upper
// from lower case (IAM user guide, "IAM JSON policy elements: Condition").

/** A condition key (`aws:SourceIp`, `aws:RequestTag/team`) and a value of it; a key with several values stands often. */
export type ContextEntry = readonly [key: string, value: string];

export interface RequestContext {
  /** All values of a key, at least one; undefined when the request does not have the key. */
  valuesOf(key: string): readonly string[] | undefined;
}

/** Most policies have no conditions: the entries are made and put in order when the first one asks. */
export const contextOf = (entries: readonly ContextEntry[] | (() => readonly ContextEntry[])): RequestContext => {
  let known: Map<string, string[]> | undefined;
  const ordered = (): Map<string, string[]> => {
    const map = new Map<string, string[]>();
    for (const [key, value] of typeof entries === 'function' ? entries() : entries) {
      const name = key.toLowerCase();
      const values = map.get(name);
      if (values === undefined) map.set(name, [value]);
      else values.push(value);
    }
    return map;
  };
  return {
    valuesOf: (key) => {
      known ??= ordered();
      return known.get(key.toLowerCase());
    },
  };
};

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Tags as condition keys: `prefix/KEY` with each tag's value. */
export const tagEntries = (prefix: string, tags: readonly Tag[]): readonly ContextEntry[] =>
  tags.map(({ key, value }) => [`${prefix}/${key}`, value]);

/** A resource as condition keys; tags under App Mesh's own name, too (guide, "Authorization based on App Mesh tags"). */
export const resourceEntries = (arn: string, tags: readonly Tag[]): readonly ContextEntry[] => {
  const account = arn.split(':')[4];
  return [
    ...(account ? [['aws:ResourceAccount', account] as const] : []),
    ...tagEntries('aws:ResourceTag', tags),
    ...tagEntries('appmesh:ResourceTag', tags),
  ];
};

/** The time of a request (milliseconds of the epoch) as condition keys, to the second. */
export const timeEntries = (time: number): readonly ContextEntry[] => {
  const seconds = Math.floor(time / 1000);
  return [
    ['aws:CurrentTime', new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')],
    ['aws:EpochTime', String(seconds)],
  ];
};
