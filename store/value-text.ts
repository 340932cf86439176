// The value of a view's entry as JSON text; what JSON cannot hold is a bug of the caller and is told as one.
import type { ViewEntry } from '#events/store.ts';

export function valueText(view: string, entry: ViewEntry): string {
  const text: string | undefined = JSON.stringify(entry.value);
  if (text === undefined) throw new Error(`${entry.key} in the view ${view} has a value that JSON cannot hold`);
  return text;
}
