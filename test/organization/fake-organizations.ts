// AWS Organizations as its SDK's client sees it: the four operations that are called, over its own wire (JSON 1.1), a page
// of two at a time. Heddle's own, because no emulator can be told to fail in the middle.
import { Readable } from 'node:stream';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { Membership } from '#events/organization.ts';

export interface FakeOrganizations {
  readonly client: OrganizationsClient;
  /** What it tells of from now on. */
  set(membership: Membership): void;
  /** The account is closed, and still listed. */
  suspend(account: string): void;
  /** Every call from the nth on fails with this error. */
  failAfter(calls: number, error: string): void;
}

const root = 'r-root';
const pageSize = 2;

export function fakeOrganizations(): FakeOrganizations {
  let told: Membership = { id: 'o-none', units: [], accounts: [] };
  const suspended = new Set<string>();
  let left = Number.POSITIVE_INFINITY;
  let failure = '';

  const unitsIn = (parent: string) => told.units.filter((unit) => (unit.parent ?? root) === parent);
  const accountsIn = (parent: string) =>
    parent === root ? told.accounts : (told.units.find(({ id }) => id === parent)?.accounts ?? []);

  const operations: Readonly<Record<string, (input: Input) => object>> = {
    DescribeOrganization: () => ({ Organization: { Id: told.id } }),
    ListRoots: (input) => page('Roots', [{ Id: root }], input),
    ListOrganizationalUnitsForParent: (input) =>
      page(
        'OrganizationalUnits',
        unitsIn(input.ParentId ?? '').map(({ id }) => ({ Id: id })),
        input,
      ),
    ListAccountsForParent: (input) =>
      page(
        'Accounts',
        accountsIn(input.ParentId ?? '').map((Id) => ({ Id, Status: suspended.has(Id) ? 'SUSPENDED' : 'ACTIVE' })),
        input,
      ),
  };

  async function handle({ headers, body }: HttpRequest) {
    const name = headers['x-amz-target']?.split('.')[1] ?? '';
    const operation = operations[name];
    left -= 1;
    if (left < 0) return answer(400, { __type: failure, message: 'no' });
    if (operation === undefined) return answer(400, { __type: 'UnsupportedAPIEndpointException', message: name });
    return answer(200, operation(JSON.parse(Buffer.from(body).toString()) as Input));
  }

  return {
    client: new OrganizationsClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: { handle },
    }),
    set(membership) {
      told = membership;
    },
    suspend: (account) => void suspended.add(account),
    failAfter(calls, error) {
      left = calls;
      failure = error;
    },
  };
}

interface Input {
  readonly ParentId?: string;
  readonly NextToken?: string;
}

function page(member: string, all: readonly object[], { NextToken = '0' }: Input): object {
  const start = Number(NextToken);
  const more = start + pageSize < all.length ? { NextToken: String(start + pageSize) } : {};
  return { [member]: all.slice(start, start + pageSize), ...more };
}

function answer(statusCode: number, body: object) {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { response: new HttpResponse({ statusCode, headers, body: Readable.from([JSON.stringify(body)]) }) };
}
