// What is in a share: meshes and principals put in, taken out, and listed for its owner.
import { isPast } from '#events/shares/evolve.ts';
import { granted } from '../refused.ts';
import { type Answered, type OwnedShare, ownShare, type RamCall, shareNamed } from './call.ts';
import { change } from './change.ts';
import { meshAssociation, principalAssociation } from './document.ts';
import { ramPage } from './pages.ts';
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
