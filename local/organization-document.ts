// What an organization's file says: `{"id", "units": [{"id", "parent"?, "accounts": []}], "accounts": [], "sharingEnabled"}`.
// Every mistake in it is named by its member.
import type { Membership } from '#events/organization.ts';

type Unit = Membership['units'][number];
type Members = Readonly<Record<string, unknown>>;
type Fault = (message: string) => void;

const name = /^[A-Za-z0-9-]{1,64}$/;
const nameRule = 'must be a string of 1 to 64 letters, digits or -';

/** Reads the file's text: the organization, or every mistake in it as one sentence each. */
export function parseOrganization(
  text: string,
): { readonly membership: Membership } | { readonly faults: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { faults: [`is not valid JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  if (!isObject(value)) return { faults: ['must hold an object'] };
  const faults: string[] = [];
  const fault: Fault = (message) => void faults.push(message);
  onlyKnown(value, ['id', 'units', 'accounts', 'sharingEnabled'], '', fault);
  const { sharingEnabled } = value;
  if (!(isAbsent(sharingEnabled) || typeof sharingEnabled === 'boolean')) {
    fault('member "sharingEnabled" must be true or false');
  }
  const id = nameIn(value.id, 'id', fault);
  const units = listIn(value.units, 'units', fault).flatMap((unit, index) => unitIn(unit, `units[${index}]`, fault));
  const accounts = accountsIn(value.accounts, 'accounts', fault);
  checkUnits(units, fault);
  if (faults.length > 0) return { faults };
  const placed = new Set(units.flatMap((unit) => unit.accounts));
  const rest = accounts.filter((account) => !placed.has(account));
  return {
    membership: { id, units, accounts: rest, ...(typeof sharingEnabled === 'boolean' && { sharingEnabled }) },
  };
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is null counts as absent. */
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function onlyKnown(value: Members, known: readonly string[], at: string, fault: Fault): void {
  for (const member of Object.keys(value)) if (!known.includes(member)) fault(`member "${at}${member}" is not known`);
}

function nameIn(value: unknown, at: string, fault: Fault): string {
  if (typeof value === 'string' && name.test(value)) return value;
  fault(`member "${at}" ${isAbsent(value) ? 'is missing' : nameRule}`);
  return '';
}

function listIn(value: unknown, at: string, fault: Fault): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value;
  fault(`member "${at}" must be a list`);
  return [];
}

function accountsIn(value: unknown, at: string, fault: Fault): readonly string[] {
  const accounts = listIn(value, at, fault).flatMap((account, index) => {
    if (typeof account === 'string' && /^\d{12}$/.test(account)) return [account];
    fault(`member "${at}[${index}]" must be an account, a string of twelve digits`);
    return [];
  });
  return [...new Set(accounts)];
}

function unitIn(value: unknown, at: string, fault: Fault): readonly Unit[] {
  if (!isObject(value)) {
    fault(`member "${at}" must be an object`);
    return [];
  }
  onlyKnown(value, ['id', 'parent', 'accounts'], `${at}.`, fault);
  const id = nameIn(value.id, `${at}.id`, fault);
  const accounts = accountsIn(value.accounts, `${at}.accounts`, fault);
  return [{ id, accounts, ...(!isAbsent(value.parent) && { parent: nameIn(value.parent, `${at}.parent`, fault) }) }];
}

/** Each unit once, below one that is there and not below itself; each account in one. */
function checkUnits(units: readonly Unit[], fault: Fault): void {
  const byId = new Map<string, number>();
  const byAccount = new Map<string, number>();
  for (const [index, { id, accounts }] of units.entries()) {
    const before = byId.get(id);
    if (before !== undefined) fault(`member "units[${index}].id" is that of units[${before}] already`);
    byId.set(id, index);
    for (const account of accounts) {
      const other = byAccount.get(account);
      if (other !== undefined) fault(`member "units[${index}].accounts" has ${account}, which is in units[${other}]`);
      byAccount.set(account, index);
    }
  }
  for (const [index, { parent }] of units.entries()) {
    if (parent === undefined || parent === '') continue;
    if (!byId.has(parent)) fault(`member "units[${index}].parent" names no unit: ${parent}`);
    else if (isBelowItself(units, index, byId)) fault(`member "units[${index}].parent" puts the unit below itself`);
  }
}

function isBelowItself(units: readonly Unit[], start: number, byId: ReadonlyMap<string, number>): boolean {
  const seen = new Set<number>();
  for (let at: number | undefined = start; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const parent: string | undefined = units[at]?.parent;
    at = parent === undefined ? undefined : byId.get(parent);
    if (at === start) return true;
  }
  return false;
}
