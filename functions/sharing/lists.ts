// What is shared, and between whom: meshes and principals over all shares, the caller's own or those of others.
import type { Answered, RamCall } from './call.ts';
import { shareNamed } from './call.ts';
import { principalDocument, resourceDocument } from './document.ts';
import { ramPage } from './pages.ts';
import { checkType } from './permission.ts';
import { sharesOf } from './shares.ts';

export async function listResources(call: RamCall): Promise<Answered> {
  const { resourceOwner, principal, resourceType, resourceArns, resourceShareArns, resourceRegionScope } = call.request;
  checkType(resourceType);
  const shares = await sharesOf(
    call,
    resourceShareArns?.map((text) => shareNamed(call, text)),
  );
  const found = shares
    .filter(({ owner, share }) => {
      if (principal === undefined) return true;
      return resourceOwner === 'SELF' ? share.principals.get(principal)?.standing === 'granted' : owner === principal;
    })
    .flatMap((one) =>
      [...one.share.meshes.values()]
        .filter(({ standing }) => standing === 'granted')
        .map((mesh) => resourceDocument(call, one, mesh)),
    )
    .filter(({ arn }) => resourceArns?.includes(arn) ?? true);
  const documents = resourceRegionScope === 'GLOBAL' ? [] : found;
  return ramPage(call, 'resources', documents, (one) => `${one.arn} ${one.resourceShareArn}`);
}

/** Of one's own shares those who use them; of the shares of others those who share. */
export async function listPrincipals(call: RamCall): Promise<Answered> {
  const { resourceOwner, resourceArn, principals: wanted, resourceType, resourceShareArns } = call.request;
  checkType(resourceType);
  const shares = await sharesOf(
    call,
    resourceShareArns?.map((text) => shareNamed(call, text)),
  );
  const found = shares
    .filter(
      (one) =>
        resourceArn === undefined ||
        [...one.share.meshes.values()].some((mesh) => resourceDocument(call, one, mesh).arn === resourceArn),
    )
    .flatMap((one) => {
      if (resourceOwner === 'SELF') {
        const users = [...one.share.principals.values()].filter(({ standing }) => standing === 'granted');
        return users.map((principal) => principalDocument(call, one, principal));
      }
      const { createdAt, lastUpdatedAt, principals } = one.share;
      const external = principals.get(call.caller.accountId)?.external ?? false;
      return [principalDocument(call, one, { principal: one.owner, external, createdAt, lastUpdatedAt })];
    })
    .filter(({ id }) => wanted?.includes(id) ?? true);
  return ramPage(call, 'principals', found, (one) => `${one.id} ${one.resourceShareArn}`);
}
