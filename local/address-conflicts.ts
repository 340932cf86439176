// Two addresses to listen on that are one: found before the first is opened, because the second to be opened would get
// the blame, and that may be a default.

/** Addresses (`host:port` or `unix:PATH`) by the variable that they stand in. */
type Addresses = Readonly<Record<string, readonly string[]>>;

/** A line for each address that another one has taken; it names the variable that was given rather than a default. */
export function addressConflicts(addresses: Addresses, given: (variable: string) => boolean): readonly string[] {
  const all = Object.entries(addresses).flatMap(([variable, of]) => of.map((address) => ({ variable, address })));
  return all.flatMap((one, index) => {
    const before = all.slice(0, index).find(({ address }) => overlap(address, one.address));
    if (before === undefined) return [];
    const [wrong, taken] = given(one.variable) ? [one, before] : [before, one];
    const whose = `${taken.variable}${given(taken.variable) ? '' : ' by default'}`;
    return [`${wrong.variable}: '${wrong.address}' is taken by ${whose}${said(wrong.address, taken.address)}`];
  });
}

const said = (wrong: string, taken: string): string => (wrong === taken ? '' : ` (${taken})`);

const anyHost = new Set(['0.0.0.0', '[::]']);
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function overlap(left: string, right: string): boolean {
  if (left.startsWith('unix:') || right.startsWith('unix:')) return left === right;
  const [one, other] = [partsOf(left), partsOf(right)];
  // Port 0 is any free one.
  if (one.port !== other.port || one.port === 0) return false;
  const hosts = [one.host, other.host];
  if (one.host === other.host || hosts.some((host) => anyHost.has(host))) return true;
  return hosts.includes('localhost') && hosts.every((host) => loopback.has(host));
}

function partsOf(address: string): { readonly host: string; readonly port: number } {
  const cut = address.lastIndexOf(':');
  return { host: address.slice(0, cut).toLowerCase(), port: Number(address.slice(cut + 1)) };
}
