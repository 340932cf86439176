// Sharing as `npm start` serves it: over HTTP with signatures, on SQLite, with an organization in a file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { organization, party } from '#test/suites/sharing/party.ts';
import { sharingSuite } from '#test/suites/sharing.ts';
import { startEmbedded } from '#test/wire/embedded.ts';

/** Writes the suite's organization; whether sharing is enabled in it is left to RAM's API. */
function organizationFile(folder: string): string {
  const file = join(folder, 'organization.json');
  const accounts = [party.owner.accountId, party.colleague.accountId];
  const units = [{ id: organization.unit, accounts: [party.member.accountId] }];
  writeFileSync(file, JSON.stringify({ id: organization.id, units, accounts }));
  return file;
}

sharingSuite(
  'embedded',
  () => startEmbedded(Object.values(party), (folder) => ({ HEDDLE_ORGANIZATION_FILE: organizationFile(folder) })),
  { organization: true },
);
