// The policies that RAM keeps on shared resources: a mesh's says to whom it is granted.
import { granted } from '../refused.ts';
import type { Answered, RamCall } from './call.ts';
import { meshArn } from './document.ts';
import { ramPage } from './pages.ts';
import { permittedActions } from './permission.ts';

export async function getResourcePolicies(call: RamCall): Promise<Answered> {
  const { resourceArns = [], principal } = call.request;
  const owner = call.caller.accountId;
  const { shares } = granted(await call.ledger.account(owner));
  const policies = [...new Set(resourceArns)].flatMap((text) => {
    const principals = [...shares.values()]
      .filter(({ meshes }) =>
        meshes.some(
          ({ meshName, standing }) => standing === 'granted' && meshArn(call.region, owner, meshName) === text,
        ),
      )
      .flatMap((share) => [...share.principals.values()])
      .filter((one) => one.standing === 'granted' && (principal === undefined || one.principal === principal))
      .map((one) => one.principal)
      .sort();
    if (principals.length === 0) return [];
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: [...new Set(principals)] },
      Action: permittedActions,
      Resource: text,
    };
    return [JSON.stringify({ Version: '2012-10-17', Statement: [statement] })];
  });
  return ramPage(call, 'policies', policies, (policy) => policy);
}
