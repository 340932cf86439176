// `heddle plan`: for documents that are not applied yet, the calls that would make the change, which Envoys'
// configuration would differ and how, and what would be refused. Nothing is appended.

import type { APIGatewayProxyEvent } from 'aws-lambda';
import canonicalize from 'canonicalize';
import { type FaultyDocument, namingMembers, readDocuments, type WrittenDocument } from '#events/documents.ts';
import type { Actor } from '#events/event.ts';
import { operations } from '#events/model/operations.ts';
import { arnOf, keyOf } from '#events/names.ts';
import { type Plan, type PlannedStep, planDocuments, type RefusedStep, streamOf } from '#events/plan.ts';
import type { Quotas } from '#events/quotas.ts';
import { type MeshInView, mayRead } from '#events/sharing.ts';
import { demandsOf, tagEntriesOf } from '../api/demands.ts';
import { demand } from '../authorize.ts';
import { callerOf } from '../caller.ts';
import { meshInView } from '../mesh-in-view.ts';
import { granted } from '../refused.ts';
import { describing, type FindParts } from '../resource.ts';
import { wireError } from '../wire.ts';
import { type ConfigurationChanges, configurationChanges } from './configuration-changes.ts';
import type { Input } from './input.ts';
import type { ownOperations } from './operations.ts';
import type { Outside } from './surrounded.ts';

/** A call of the App Mesh API that makes one step, as `aws appmesh … --cli-input-json` takes it. */
export interface StepAnswer {
  readonly resource: string;
  /** The ARN of its mesh. */
  readonly mesh: string;
  readonly action: 'create' | 'update' | 'tag' | 'delete' | 'unchanged';
  readonly operation?: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** `resource` is missing when the document does not say what it is of; `position` counts documents from 0. */
export interface RefusalAnswer {
  readonly resource?: string;
  readonly position?: number;
  readonly error: string;
  readonly message: string;
}

export interface PlanAnswer extends ConfigurationChanges {
  /** In the order in which they are to be made. */
  readonly steps: readonly StepAnswer[];
  readonly refusals: readonly RefusalAnswer[];
}

export interface PlanParts extends FindParts, Outside {
  /** None when left out. */
  readonly quotas?: Quotas;
}

/** Plans the `documents` of a request; `prune` deletes what they do not name in the meshes that they do name. */
export async function planOf(
  parts: PlanParts,
  event: APIGatewayProxyEvent,
  { documents: values, prune = false }: Input<typeof ownOperations.Plan>,
): Promise<PlanAnswer> {
  const caller = callerOf(event);
  const { documents, faulty } = readDocuments(values);
  const meshes = await meshesOf(parts, documents, caller);
  const plan = planDocuments(meshes, documents, {
    caller,
    account: granted(await parts.ledger.account(caller.accountId)),
    ...(parts.quotas && { quotas: parts.quotas }),
    equal: (left, right) => canonicalize(left) === canonicalize(right),
    // A document that cannot be read names something too: nothing is deleted for want of its name.
    prune: prune && faulty.length === 0,
  });
  const place = (step: PlannedStep): Place => ({ ...afterOf(plan, step), caller, region: parts.region });
  for (const step of [...plan.steps, ...plan.refusals]) await permit(parts, event, step, place(step));
  for (const { before, organizations } of plan.meshes) granted(mayRead(before, caller.accountId, organizations) ?? {});
  return {
    steps: plan.steps.map((step) => answerOf(step, place(step))),
    refusals: [...faulty.map(faultyAnswer), ...plan.refusals.map((step) => refusalAnswer(step, place(step)))],
    ...(await configurationChanges(parts, event, plan.meshes)),
  };
}

async function meshesOf(
  { ledger }: FindParts,
  documents: readonly WrittenDocument[],
  caller: Actor,
): Promise<ReadonlyMap<string, MeshInView>> {
  const named = new Map(documents.map((document) => [streamOf(document, caller), document]));
  const loaded = [...named].map(async ([stream, { meshOwner = caller.accountId, meshName }]) => {
    return [stream, await meshInView(ledger, meshOwner, meshName)] as const;
  });
  return new Map(await Promise.all(loaded));
}

/** Where a step is planned: its mesh as it would be after all steps. */
interface Place extends MeshInView {
  readonly caller: Actor;
  readonly region: string;
}

function afterOf(plan: Plan, { owner, meshName }: PlannedStep): MeshInView {
  const found = plan.meshes.find(({ after }) => after.owner === owner && after.meshName === meshName);
  if (found === undefined) throw new Error(`the plan has no mesh ${meshName} of ${owner}`);
  return { mesh: found.after, organizations: found.organizations };
}

/** A plan tells what describing tells, and whether a call would do: both are asked for, of refused steps too. */
async function permit(parts: PlanParts, event: APIGatewayProxyEvent, step: PlannedStep, place: Place): Promise<void> {
  const { ref, command, owner, meshName } = step;
  const { mesh, organizations, caller } = place;
  const { tags = [] } = mesh.resources.get(keyOf(ref)) ?? {};
  const arn = arnOfStep(step, place);
  const asked = mayRead(mesh, caller.accountId, organizations) === undefined ? { arn, tags } : { arn };
  await demand(parts, event, [{ action: describing(ref.kind), resources: [asked] }]);
  const operation = operations.find(({ name }) => name === operationOf(step));
  if (operation === undefined || command === undefined) return;
  const demands = demandsOf(operation, command, { ...place, subject: { owner, meshName, ref } });
  await demand(parts, event, demands, tagEntriesOf(command));
}

function operationOf({ ref, command }: PlannedStep): string | undefined {
  if (command === undefined) return undefined;
  if (command.type === 'Tag') return 'TagResource';
  return `${command.type}${ref.kind.charAt(0).toUpperCase()}${ref.kind.slice(1)}`;
}

function arnOfStep({ ref, meshName }: PlannedStep, { mesh, caller, region }: Place): string {
  const key = keyOf(ref);
  return arnOf({ region, account: mesh.resources.get(key)?.owner ?? caller.accountId, meshName, key });
}

function answerOf(step: PlannedStep, place: Place): StepAnswer {
  const { command, ref, owner, meshName } = step;
  const resource = arnOfStep(step, place);
  const where = { resource, mesh: arnOf({ region: place.region, account: owner, meshName, key: 'mesh' }) };
  if (command === undefined) return { ...where, action: 'unchanged' };
  const operation = operationOf(step) ?? '';
  const foreign = owner === place.caller.accountId ? {} : { meshOwner: owner };
  const named = namingMembers({ meshName, ref, ...foreign });
  switch (command.type) {
    case 'Create': {
      const tags = command.tags.length > 0 ? { tags: command.tags } : {};
      return { ...where, action: 'create', operation, input: { ...named, spec: command.spec, ...tags } };
    }
    case 'Update':
      return { ...where, action: 'update', operation, input: { ...named, spec: command.spec } };
    case 'Delete':
      return { ...where, action: 'delete', operation, input: named };
    case 'Tag':
      return { ...where, action: 'tag', operation, input: { resourceArn: resource, tags: command.tags } };
    case 'Untag':
      throw new Error('no plan takes tags away');
  }
}

function faultyAnswer({ position, faults }: FaultyDocument): RefusalAnswer {
  const { name, message } = wireError({ refused: 'invalid', faults });
  return { position, error: name, message };
}

function refusalAnswer(step: RefusedStep, place: Place): RefusalAnswer {
  const { name, message } = wireError(step.refusal);
  return { resource: arnOfStep(step, place), error: name, message };
}
