// From every site of a request: requests that break one constraint of the contract and nothing else, and requests that
// meet each at its limit.
import type { Operation } from '#events/model/operations.ts';
import { example, exampleWith, textOf } from './example.ts';
import { meaningful } from './meaningful.ts';
import { type MemberSite, nameOf, pathOf, type Step } from './member-site.ts';

type Members = Readonly<Record<string, unknown>>;

export interface ConstraintCase {
  /** The member wherever in the contract it is, and what is done to it: `PortMapping.port: above the most`. */
  readonly what: string;
  readonly site: MemberSite;
  /** The member that must be named when the case breaks it. */
  readonly path: string;
  /** The union that is broken as well, because a member more is one too many. */
  readonly alsoBroken?: string;
  readonly request: Members;
}

type Names = (operation: Operation) => Members;

const absent = Symbol('absent');

function setAt(value: unknown, steps: readonly Step[], to: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return to;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Members) }) as Record<Step, unknown>;
  const next = setAt(copy[step], rest, to);
  if (next === absent) delete copy[step];
  else copy[step] = next;
  return copy;
}

/** A request that keeps every rule, with `value` at the site. */
function requestWith(operation: Operation, { steps }: MemberSite, value: unknown, names: Names): Members {
  const own = names(operation);
  const kept = Object.entries(own).filter(([member]) => member !== steps[0] || steps.length !== 1);
  return meaningful(operation, {
    ...(exampleWith(operation.input, steps, value) as Members),
    ...Object.fromEntries(kept),
  });
}

let tokens = 0;

function ordinary({ steps, shapeName }: MemberSite, own: Members): unknown {
  const member = steps.at(-1);
  if (steps.length === 1 && member !== undefined && own[member] !== undefined) return own[member];
  tokens += 1;
  return member === 'clientToken' ? `token-${tokens}` : example(shapeName, member);
}

const many = (length: number, { shape, steps }: MemberSite): readonly unknown[] =>
  shape.type === 'list' ? Array.from({ length }, (_, index) => example(shape.item, steps.at(-1), index)) : [];

/** All ways to break what the contract says of one site. */
export function breaksOf(operation: Operation, site: MemberSite, names: Names): readonly ConstraintCase[] {
  const { steps, shape, place, holder } = site;
  const path = pathOf(steps);
  const good = requestWith(operation, site, ordinary(site, names(operation)), names);
  const broken = (what: string, value: unknown, at: readonly Step[] = steps): ConstraintCase => ({
    what: `${nameOf(site)}: ${what}`,
    site,
    path: pathOf(at),
    request: setAt(good, at, value) as Members,
  });
  const inBody = place === 'body';
  const required = holder?.required === true && place !== 'path' ? [broken('left out', absent)] : [];
  const asNull = holder?.required === true && inBody ? [broken('null', null)] : [];
  return [...required, ...asNull, ...breaksOfShape(site, path, broken, inBody)].filter(
    // A name of no characters leaves a path that is another operation's, or nobody's.
    ({ request }) => place !== 'path' || request[path] !== '',
  );
  function breaksOfShape(one: MemberSite, at: string, wrong: typeof broken, typed: boolean): readonly ConstraintCase[] {
    switch (shape.type) {
      case 'string': {
        const text = (length: number) => textOf(one.shapeName, steps.at(-1), length);
        return [
          ...(typed ? [wrong('a number', 7), wrong('half a surrogate pair', '\ud800')] : []),
          ...(shape.enum === undefined ? [] : [wrong('none of its values', 'NO_SUCH_VALUE')]),
          ...(shape.min === undefined || shape.min === 0 ? [] : [wrong('too short', text(shape.min).slice(1))]),
          ...(shape.max === undefined ? [] : [wrong('too long', `${text(shape.max)}a`)]),
          ...(shape.pattern === undefined ? [] : [wrong('against its pattern', '\u0007')]),
        ];
      }
      case 'integer':
      case 'long':
        return [
          wrong('text', typed ? '7' : 'many'),
          wrong('a fraction', 1.5),
          ...(shape.min === undefined ? [] : [wrong('below the least', shape.min - 1)]),
          ...(shape.max === undefined ? [] : [wrong('above the most', shape.max + 1)]),
        ];
      case 'boolean':
        return [wrong('text', 'true')];
      case 'list':
        return [
          wrong('an object', {}),
          ...(shape.min === undefined || shape.min === 0 ? [] : [wrong('too few', many(shape.min - 1, one))]),
          ...(shape.max === undefined ? [] : [wrong('too many', many(shape.max + 1, one))]),
        ];
      case 'structure':
        return [
          wrong('text', 'text'),
          wrong('a list', []),
          {
            ...wrong('an unknown member', 1, [...steps, 'unheardOf']),
            ...(shape.union === true && { alsoBroken: at }),
          },
          ...(shape.union === true ? unionBreaks(one, wrong) : []),
        ];
      case 'timestamp':
        throw new Error(`${at}: a request has no timestamps`);
    }
  }
}

function unionBreaks(
  { shape, steps }: MemberSite,
  wrong: (what: string, value: unknown, at?: readonly Step[]) => ConstraintCase,
): readonly ConstraintCase[] {
  if (shape.type !== 'structure') return [];
  const all = Object.fromEntries(
    Object.entries(shape.members).map(([member, { shape: name }]) => [member, example(name, member)]),
  );
  const several = Object.keys(all).length > 1 ? [wrong('several members of a union', all, steps)] : [];
  return [wrong('no member of a union', {}, steps), ...several];
}

/** What the contract lets a value be that is narrowed by a rule: its limits are these values. */
const narrowed: Readonly<Record<string, readonly string[]>> = {
  // API reference, HttpRetryPolicy.
  HttpRetryPolicyEvent: ['server-error', 'gateway-error', 'client-error', 'stream-error'],
};

/** Requests that meet each constraint of a site at its limit; the first has nothing but the member. */
export function limitsOf(operation: Operation, site: MemberSite, names: Names): readonly ConstraintCase[] {
  const met = (what: string, value: unknown): ConstraintCase => ({
    what: `${nameOf(site)}: ${what}`,
    site,
    path: pathOf(site.steps),
    request: requestWith(operation, site, value, names),
  });
  // A token for the next page can only be had from a page.
  if (site.steps[0] === 'nextToken') return [];
  return [
    met('as it should be', ordinary(site, names(operation))),
    ...limitValues(site).map(([what, value]) => met(what, value)),
  ];
}

function limitValues(site: MemberSite): readonly (readonly [string, unknown])[] {
  const { shape, shapeName, steps } = site;
  const rule = narrowed[shapeName];
  if (rule !== undefined) return rule.map((value) => [value, value] as const);
  switch (shape.type) {
    case 'string': {
      const values = (shape.enum ?? []).map((value) => [value, value] as const);
      const lengths = [...new Set([shape.min, shape.max])].filter((length) => length !== undefined);
      const texts = lengths.map((length) => {
        const text = textOf(shapeName, steps.at(-1), length);
        // A name of a resource's own, which nothing else in the mesh has.
        const own = steps.length === 1 && shapeName === 'ResourceName';
        return [`${length} characters`, own ? text.replaceAll('a', 'z') : text] as const;
      });
      return [...values, ...texts];
    }
    case 'integer':
    case 'long':
      return [shape.min, shape.max].filter((limit) => limit !== undefined).map((limit) => [`${limit}`, limit] as const);
    case 'boolean':
      return [true, false].map((value) => [`${value}`, value] as const);
    case 'list':
      return [shape.min, shape.max]
        .filter((length) => length !== undefined)
        .map((length) => [`${length} items`, many(length, site)] as const);
    default:
      return [];
  }
}
