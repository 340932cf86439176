// What a proxy's configuration does not hold, and why: nothing that a document says is dropped silently.
import { type Key, keyOf, type ResourceRef } from '#events/names.ts';

/** `resource` is a key inside the mesh, `member` a path inside its document such as `spec.listeners[0].tls`. */
export interface ReportLine {
  readonly resource: Key;
  readonly member: string;
  readonly reason: string;
}

/** Takes a line about a resource. */
export type Say = (resource: ResourceRef, member: string, reason: string) => void;

/** Starts a report; `lines` are ordered, each there once however often it was said. */
export function newReport(): {
  readonly say: Say;
  readonly add: (lines: readonly ReportLine[]) => void;
  lines(): readonly ReportLine[];
} {
  const said = new Map<string, ReportLine>();
  const put = (line: ReportLine) => said.set(`${line.resource}\0${line.member}\0${line.reason}`, line);
  return {
    say: (resource, member, reason) => put({ resource: keyOf(resource), member, reason }),
    add: (lines) => lines.forEach(put),
    lines: () => [...said].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, line]) => line),
  };
}
