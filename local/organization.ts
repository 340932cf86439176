// The organization, embedded: from its file into the log for as long as the process runs.
import { randomUUID } from 'node:crypto';
import type { EventStore } from '#events/store.ts';
import { membershipWriter } from '#functions/organization/membership.ts';
import type { System } from '#functions/system.ts';
import type { Log } from './log.ts';
import { type WatchedOrganization, watchOrganization } from './organization-file.ts';
import { openSetting } from './setting-failure.ts';

export interface OrganizationParts {
  /** None when undefined. */
  readonly file: string | undefined;
  readonly events: EventStore;
  readonly system: System;
  readonly log: Log;
}

/** Rejects with a SettingFailure when the file is there and wrong at the start. */
export async function openOrganization({ file, events, system, log }: OrganizationParts): Promise<WatchedOrganization> {
  if (file === undefined) {
    const known = await system.organization();
    if (known !== undefined)
      log.warn(`HEDDLE_ORGANIZATION_FILE names no file: the members of ${known} stay as they are.`);
    return { close: async () => {} };
  }
  const writer = membershipWriter({ events, id: randomUUID, now: Date.now });
  const onTrouble = (trouble: unknown) => log.trouble('organization', trouble);
  return openSetting('HEDDLE_ORGANIZATION_FILE', () =>
    watchOrganization({ file, writer, report: log.warn, onTrouble }),
  );
}
