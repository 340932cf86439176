// `GET /heddle/v1/history`: the history of a resource, or with `at` what was there at that time. The caller must be
// allowed to describe all that a page shows: a history with silent gaps would be no audit.
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { keyOf } from '#events/names.ts';
import { invalid, type Refusal } from '#events/refusal.ts';
import { arnIn, type Resource } from '#events/state.ts';
import { demand } from '../authorize.ts';
import { callerOf } from '../caller.ts';
import { lastOf, pageToken } from '../page-token.ts';
import { granted, Refused } from '../refused.ts';
import { describing, type FindParts, type FoundPlace, findPlace } from '../resource.ts';
import { answer } from '../wire.ts';
import { historyOf } from './history.ts';
import { momentOf } from './history-moment.ts';
import { type Input, inputOf } from './input.ts';
import { ownOperations } from './operations.ts';
import type { Past } from './past.ts';
import { documentsOf, resourcesAt } from './past-documents.ts';
import { type VisiblePast, visibleFrom } from './visible-past.ts';

export interface HistoryParts extends FindParts {
  readonly past: Past;
}

/** A call that was read, the place that it names, and what the caller's account may see. */
interface Look extends VisiblePast {
  readonly asked: Input<typeof ownOperations.GetHistory>;
  readonly place: FoundPlace;
  readonly accountId: string;
}

interface Page {
  readonly body: unknown;
  /** What the page shows, for the caller's policies. */
  readonly shown: readonly Resource[];
  readonly nextToken?: string;
}

/** Entries or documents a page when the request names no limit. */
const defaultLimit = 100;

export async function history(parts: HistoryParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const asked = inputOf(ownOperations.GetHistory, event);
  const place = await findPlace(parts, event, asked, describing);
  const { accountId } = callerOf(event);
  const look = { asked, place, accountId, ...(await visibleFrom(parts.past, place, accountId)) };
  const { body, shown, nextToken } = asked.at === undefined ? await changes(parts, look) : await lookBack(parts, look);
  await demandAll(parts, event, place, shown);
  const headers: Readonly<Record<string, string>> = nextToken === undefined ? {} : { 'x-heddle-next-token': nextToken };
  return answer(body, event.requestContext.requestId, headers);
}

async function changes(
  { past, region }: HistoryParts,
  { asked, place, accountId, changesFrom: from }: Look,
): Promise<Page> {
  const { limit = defaultLimit, nextToken } = asked;
  const token = (next: number) => pageToken('GetHistory', place.arn, String(next));
  const before =
    nextToken === undefined ? place.mesh.sequence + 1 : sequenceIn(lastOf('GetHistory', place.arn, nextToken));
  const { entries, resources, next } = await historyOf(past, place, { region, accountId }, { from, before, limit });
  if (entries.length === 0 && place.resource === undefined) throw new Refused(nothing(place));
  return { body: entries, shown: resources, ...(next !== undefined && { nextToken: token(next) }) };
}

async function lookBack({ past, region }: HistoryParts, { asked, place, from }: Look): Promise<Page> {
  const { limit = defaultLimit, nextToken, at = '' } = asked;
  const { mesh, arn } = place;
  const scope = `${arn} at ${at}`;
  // What a time names may change while it is now: the first page decides.
  const [first, ...last] = nextToken === undefined ? [] : lastOf('GetHistory', scope, nextToken).split(' ');
  const sequence = first === undefined ? await sequenceOf(past, place, at) : sequenceIn(first);
  granted(unreached(place, 'nextToken', sequence) ?? {});
  if (sequence < from) throw new Refused(nothing(place, `at ${at}`));
  const state = await past.stateAt(mesh, sequence);
  const { resources, next } = resourcesAt(state, place, { limit, ...(last[0] !== undefined && { after: last[0] }) });
  if (resources.length === 0) throw new Refused(nothing(place, `at ${at}`));
  const body = { resource: arn, sequence, time: state.time / 1000, documents: documentsOf(state, region, resources) };
  const token = next === undefined ? {} : { nextToken: pageToken('GetHistory', scope, `${sequence} ${next}`) };
  return { body, shown: resources, ...token };
}

// A token is opaque, but whoever makes one up must not reach what no page leads to.
const sequenceIn = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);

async function sequenceOf(past: Past, place: FoundPlace, at: string): Promise<number> {
  const moment = momentOf(at);
  if ('time' in moment) return past.sequenceAt(place.mesh, moment.time);
  granted(unreached(place, 'at', moment.sequence) ?? {});
  return moment.sequence;
}

/** The refusal of a sequence that the stream has not reached. */
export function unreached(place: FoundPlace, member: string, sequence: number): Refusal | undefined {
  const newest = place.mesh.sequence;
  if (sequence <= newest) return undefined;
  if (newest === 0) return nothing(place);
  const rule = `Member must have value less than or equal to ${newest}, the newest sequence of the mesh`;
  return invalid(member, `Value '${sequence}' at '${member}' failed to satisfy constraint: ${rule}`);
}

/** There is and was nothing of this name, at this time or at all. */
export function nothing({ mesh, ref }: Pick<FoundPlace, 'mesh' | 'ref'>, when = 'at any time'): Refusal {
  const what = ref.kind === 'mesh' ? `mesh ${mesh.meshName}` : `${keyOf(ref)} in mesh ${mesh.meshName}`;
  return { refused: 'not-found', what: `${what} of account ${mesh.owner} ${when}` };
}

/** Describing each resource that a page shows must be allowed, judged by the tags that it has, or had last. */
async function demandAll(
  parts: HistoryParts,
  event: APIGatewayProxyEvent,
  { mesh, ref, resource: found }: FoundPlace,
  shown: readonly Resource[],
): Promise<void> {
  const byKey = new Map(shown.map((resource) => [keyOf(resource), resource]));
  // That one was asked for at the start.
  if (found !== undefined) byKey.delete(keyOf(ref));
  const demands = [...byKey].map(([key, shownThen]) => {
    const resource = mesh.resources.get(key) ?? shownThen;
    return {
      action: describing(resource.kind),
      resources: [{ arn: arnIn(mesh, parts.region, resource), tags: resource.tags }],
    };
  });
  await demand(parts, event, demands);
}
