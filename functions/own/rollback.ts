// `POST /heddle/v1/rollback`: gives a resource the spec that it had at a place in its mesh's stream, as a new version.
// It is a command like any other: decided by the same rules, permitted by the same policies.
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Command } from '#events/command.ts';
import { documentOf } from '#events/document.ts';
import { operations } from '#events/model/operations.ts';
import { keyOf } from '#events/names.ts';
import { mayChange } from '#events/sharing.ts';
import type { Resource } from '#events/state.ts';
import { demandsOf, tagEntriesOf } from '../api/demands.ts';
import { demand } from '../authorize.ts';
import { callerOf, clientOf } from '../caller.ts';
import { granted, Refused } from '../refused.ts';
import { type FindParts, type FoundPlace, findPlace, updating } from '../resource.ts';
import { answer } from '../wire.ts';
import { nothing, unreached } from './history-answer.ts';
import { inputOf } from './input.ts';
import { ownOperations } from './operations.ts';
import type { Past } from './past.ts';
import { visibleFrom } from './visible-past.ts';

export interface RollbackParts extends FindParts {
  readonly past: Past;
}

export async function rollback(parts: RollbackParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { ledger, region, past } = parts;
  const { to, ...named } = inputOf(ownOperations.Rollback, event);
  const caller = callerOf(event);
  const place = await findPlace(parts, event, named, updating);
  const { mesh, organizations, ref } = place;
  const { from } = await visibleFrom(past, place, caller.accountId);
  granted(unreached(place, 'to', to) ?? {});
  const then = to < from ? undefined : (await past.stateAt(mesh, to)).resources.get(keyOf(ref));
  if (then === undefined) throw new Refused(nothing(place, `at sequence ${to}`));
  granted(mayChange(caller.accountId, then) ?? {});

  const command = commandOf(place, then);
  const operation = operations.find(({ verb, kind }) => verb === command.type && kind === ref.kind);
  if (operation === undefined) throw new Error(`no operation that could ${command.type} a ${ref.kind}`);
  const { owner, meshName } = mesh;
  const demands = demandsOf(operation, command, {
    subject: { owner, meshName, ref },
    mesh,
    organizations,
    caller,
    region,
  });
  await demand(parts, event, demands, tagEntriesOf(command));

  const { requestId } = event.requestContext;
  const call = { owner, meshName, command, caller, requestId, client: clientOf(event), restored: to };
  const outcome = granted(await ledger.run(call));
  const after = outcome.done === 'appended' ? outcome.after.resources.get(keyOf(ref)) : undefined;
  if (outcome.done !== 'appended' || after === undefined) throw new Error(`${keyOf(ref)} was not rolled back`);
  const headers = { 'x-heddle-sequence': String(outcome.commit.version) };
  return answer(documentOf(outcome.after, region, after), requestId, headers);
}

/** What was deleted since is made anew, a new life of its name with the tags that it had. */
function commandOf({ ref, resource }: FoundPlace, { spec, tags }: Resource) {
  const command =
    resource === undefined ? { type: 'Create' as const, ref, spec, tags } : { type: 'Update' as const, ref, spec };
  return command satisfies Command;
}
