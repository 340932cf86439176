// What is in a share: meshes and principals put in, taken out, and listed for its owner.
import { isPast } from '#events/shares/evolve.ts';
import { granted } from '../refused.ts';
import { type Answered, type OwnedShare, ownShare, type RamCall, shareNamed } from './call.ts';
import { change } from './change.ts';
import { meshArn, meshAssociation, principalAssociation } from './document.ts';
import { ramPage } from './pages.ts';
import { permittedActions } from './permission.ts';
import { noSources, tokenOf } from './shares.ts';
import { ramError } from './wire.ts';

export const associateResourceShare = (call: RamCall): Promise<Answered> => associate(call, 'Associate');
export const disassociateResourceShare = (call: RamCall): Promise<Answered> => associate(call, 'Disassociate');

async function associate(call: RamCall, type: 'Associate' | 'Disassociate'): Promise<Answered> {
  const { resourceShareArn = '', resourceArns = [], principals = [], sources = [] } = call.request;
  noSources(sources);
  const { owner, id } = shareNamed(call, resourceShareArn);
  const share = await change(call, owner, { type, share: id, resourceArns, principals });
  const documents = associationsOf(call, share).filter(({ associatedEntity }) =>
    [...resourceArns, ...principals].includes(associatedEntity),
  );
  return { resourceShareAssociations: documents, ...tokenOf(call) };
}

function associationsOf(call: RamCall, owned: OwnedShare) {
  const told = (one: { readonly standing: string; readonly lastUpdatedAt: number }): boolean =>
    one.standing !== 'ended' || !isPast(one, call.time);
  const { meshes, principals } = owned.share;
  return [
    ...[...meshes.values()].filter(told).map((mesh) => meshAssociation(call, owned, mesh)),
    ...[...principals.values()].filter(told).map((principal) => principalAssociation(call, owned, principal)),
  ];
}

export async function getResourceShareAssociations(call: RamCall): Promise<Answered> {
  const { request, caller, ledger } = call;
  const { associationType, associationStatus, resourceShareArns, resourceArn, principal } = request;
  if (associationType === 'PRINCIPAL' && resourceArn !== undefined) {
    throw ramError('InvalidParameterException', 'resourceArn cannot be given with the association type PRINCIPAL.');
  }
  if (associationType === 'RESOURCE' && principal !== undefined) {
    throw ramError('InvalidParameterException', 'principal cannot be given with the association type RESOURCE.');
  }
  const owner = caller.accountId;
  const shares =
    resourceShareArns === undefined
      ? [...granted(await ledger.account(owner)).shares.values()]
      : await Promise.all(resourceShareArns.map((text) => ownShare(call, text)));
  const found = shares
    .flatMap((share) => associationsOf(call, { owner, share }))
    .filter(
      (one) =>
        one.associationType === associationType &&
        (associationStatus === undefined || one.status === associationStatus) &&
        (resourceArn === undefined || one.associatedEntity === resourceArn) &&
        (principal === undefined || one.associatedEntity === principal),
    );
  return ramPage(call, 'resourceShareAssociations', found, (one) => `${one.resourceShareArn} ${one.associatedEntity}`);
}

/** The policies that RAM keeps on shared resources; a mesh's says who it is granted to. */
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
