// What this process needs and cannot have now: the lines of /readyz and a metric, each told of once when it is lost and
// once when it is well again.

export interface Dependencies {
  /** What is wrong with it, or `undefined`: it is well. */
  tell(name: string, trouble: string | undefined): void;
  /** By name, each with what is known of its trouble. */
  lost(): Readonly<Record<string, string>>;
}

export function createDependencies(onTrouble: (name: string, trouble: string | undefined) => void): Dependencies {
  const lost = new Map<string, string>();
  return {
    tell(name, trouble) {
      if (lost.get(name) === trouble) return;
      if (trouble === undefined) lost.delete(name);
      else lost.set(name, trouble);
      onTrouble(name, trouble);
    },
    lost: () => Object.fromEntries(lost),
  };
}
