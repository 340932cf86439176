// A plan as the service tells it: asking for it with documents from files.
import type { Client } from './client.ts';
import { type FiledDocument, readDocumentFiles } from './document-files.ts';
import { Failure } from './failure.ts';

export interface Step {
  readonly resource: string;
  readonly mesh: string;
  readonly action: 'create' | 'update' | 'tag' | 'delete' | 'unchanged';
  readonly operation?: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** One Envoy resource of the proxies of `resource`, before and after. */
export interface Change {
  readonly resource: string;
  readonly type: string;
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What would be refused: a step, or a document that cannot be read (`document`: where it stands). */
export interface Refused {
  readonly resource?: string;
  readonly position?: number;
  readonly document?: string;
  readonly error: string;
  readonly message: string;
}

export interface PlannedChange {
  readonly steps: readonly Step[];
  readonly changes: readonly Change[];
  /** How many more changes there are than were told. */
  readonly more?: number;
  /** The nodes and gateways whose Envoys would be told anything else, also those whose changes were not told. */
  readonly concerns: readonly string[];
  readonly refusals: readonly Refused[];
  readonly report: readonly {
    readonly proxy: string;
    readonly resource: string;
    readonly member: string;
    readonly reason: string;
  }[];
}

/** Plans what is in the files; nothing is changed. */
export async function plannedChange(client: Client, files: readonly string[], prune: boolean): Promise<PlannedChange> {
  const filed = await readDocumentFiles(files);
  const body = { documents: filed.map(({ value }) => value), ...(prune && { prune }) };
  const answer = (await client.call({ method: 'POST', path: '/heddle/v1/plan', body })) as Partial<PlannedChange>;
  const { steps, changes, concerns, refusals, report } = answer;
  if (!steps || !changes || !concerns || !refusals || !report) {
    throw new Failure(`${client.endpoint.origin} answered without a plan: is it Heddle?`);
  }
  return { ...answer, steps, changes, concerns, refusals: refusals.map((refused) => placed(refused, filed)), report };
}

function placed(refused: Refused, filed: readonly FiledDocument[]): Refused {
  const document = refused.position === undefined ? undefined : filed[refused.position]?.place;
  return document === undefined ? refused : { ...refused, document };
}
