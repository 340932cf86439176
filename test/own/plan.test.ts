// Plans over the API: what would be done, for which Envoys, what would be refused, and who may ask.
import { describe, expect, it } from 'vitest';
import type { PlanAnswer } from '#functions/own/plan.ts';
import { documents, node, route } from './documents.ts';
import { arn, owner, ownUnderTest } from './own-under-test.ts';

const other = '444455556666';

async function started() {
  const own = ownUnderTest();
  await own.make(...documents);
  const plan = async (body: object, parts: object = {}) => {
    const answered = await own.call('POST', 'plan', { body, ...parts });
    return { ...answered, plan: answered.body as PlanAnswer };
  };
  return { ...own, plan };
}

describe('a plan', () => {
  it('shows whose configuration would differ, and how', async () => {
    const { plan } = await started();
    const { plan: planned } = await plan({ documents: [route('blue')] });
    expect(planned.steps).toMatchObject([
      { resource: arn('virtualRouter/paint/route/all'), mesh: arn('mesh'), action: 'update', operation: 'UpdateRoute' },
    ]);
    const told = planned.changes.map(({ resource, type, before, after }) => [
      resource,
      type,
      before !== undefined,
      after !== undefined,
    ]);
    const front = arn('virtualNode/front');
    expect(told).toEqual(
      expect.arrayContaining([
        [front, 'route', true, true],
        [front, 'cluster', true, false],
        [front, 'cluster', false, true],
      ]),
    );
    expect(new Set(told.map(([resource]) => resource))).toEqual(new Set([front]));
    expect(planned.refusals).toEqual([]);
  });

  it('appends nothing', async () => {
    const { plan, ledger } = await started();
    const sequence = async () => ((await ledger.mesh(owner, 'm')) as { sequence: number }).sequence;
    const before = await sequence();
    await plan({ documents: [route('blue'), node('green')], prune: true });
    expect(await sequence()).toBe(before);
  });

  it('is empty for what stands as it is written', async () => {
    const { plan } = await started();
    const { plan: planned } = await plan({ documents });
    expect(planned.steps.every(({ action }) => action === 'unchanged')).toBe(true);
    expect(planned).toMatchObject({ changes: [], refusals: [], report: [] });
  });

  it('gives calls that make the change', async () => {
    const { plan } = await started();
    const { plan: planned } = await plan({ documents: [node('green')], prune: true });
    expect(planned.steps[0]).toMatchObject({ operation: 'CreateVirtualNode', input: node('green') });
    expect(planned.steps.at(-1)).toMatchObject({ action: 'delete', input: { meshName: 'm', virtualNodeName: 'red' } });
  });

  it('names what would be refused, and documents that cannot be read by their position', async () => {
    const { plan } = await started();
    const { plan: planned } = await plan({ documents: [route('nowhere'), { meshName: 'm', spec: 3 }] });
    expect(planned.refusals).toMatchObject([
      { position: 1, error: 'BadRequestException' },
      { resource: arn('virtualRouter/paint/route/all'), error: 'BadRequestException' },
    ]);
    expect(planned.refusals[1]?.message).toContain('virtualNode/nowhere must exist');
  });

  it('prunes nothing when a document cannot be read', async () => {
    const { plan } = await started();
    const { plan: planned } = await plan({ documents: [{ meshName: 'm' }, 3], prune: true });
    expect(planned.steps.map(({ action }) => action)).toEqual(['unchanged']);
  });

  it.each([{}, { documents: 'all' }, { documents: [], prune: 'yes' }])('refuses %j', async (body) => {
    const { plan } = await started();
    expect(await plan(body)).toMatchObject({ status: 400, error: 'BadRequestException' });
  });
});

describe('who plans', () => {
  const allow = (...actions: readonly string[]) => [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  const body = { documents: [route('blue')] };
  const enough = ['appmesh:DescribeRoute', 'appmesh:UpdateRoute', 'appmesh:DescribeVirtualNode'];

  it('may describe what it names and whom it concerns, and may do what it plans', async () => {
    const { plan } = await started();
    expect((await plan(body, { allowed: allow(...enough) })).status).toBe(200);
    for (const missing of enough) {
      const allowed = allow(...enough.filter((action) => action !== missing), 'appmesh:List*');
      expect(await plan(body, { allowed }), missing).toMatchObject({ status: 403, error: 'AccessDeniedException' });
    }
  });

  it('is told nothing of a mesh that is not to be seen', async () => {
    const { plan } = await started();
    const foreign = { documents: [{ ...node('red'), meshOwner: owner }] };
    expect(await plan(foreign, { account: other })).toMatchObject({ status: 403, error: 'ForbiddenException' });
  });
});
