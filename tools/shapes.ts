// Writes events/model/shapes.ts, the TypeScript types of the wire contract, from the contract itself, so that the
// compiler knows every member that a document may have. Unions are written as one alternative a member.
import { writeFileSync } from 'node:fs';
import { type Shape, shapes } from '#events/model/contract.ts';

const members = (shape: Extract<Shape, { type: 'structure' }>) => Object.entries(shape.members);

function typeOf(name: string): string {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  switch (shape.type) {
    case 'string':
      return shape.enum === undefined ? 'string' : name;
    case 'integer':
    case 'long':
    case 'timestamp':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'list':
      return `readonly ${typeOf(shape.item)}[]`;
    case 'structure':
      return name;
  }
}

function declaration(name: string, shape: Shape): string {
  if (shape.type === 'string' && shape.enum !== undefined) {
    return `export type ${name} = ${shape.enum.map((text) => `'${text}'`).join(' | ')};`;
  }
  if (shape.type !== 'structure') return '';
  if (shape.union === true) {
    const alternatives = members(shape).map(([own, { shape: ownShape }]) => {
      const others = members(shape)
        .filter(([other]) => other !== own)
        .map(([other]) => ` readonly ${other}?: never;`);
      return `  | { readonly ${own}: ${typeOf(ownShape)};${others.join('')} }`;
    });
    return `export type ${name} =\n${alternatives.join('\n')};`;
  }
  const fields = members(shape).map(([member, { shape: memberShape }]) => {
    const optional = shape.required?.includes(member) === true ? '' : '?';
    return `  readonly ${member}${optional}: ${typeOf(memberShape)};`;
  });
  return `export interface ${name} {\n${fields.join('\n')}\n}`;
}

const declarations = Object.entries(shapes)
  .map(([name, shape]) => declaration(name, shape))
  .filter((text) => text !== '');
const head = '// Generated from app-mesh.json and additions.json by tools/shapes.ts: the types of the wire contract.';
writeFileSync(new URL('../events/model/shapes.ts', import.meta.url), `${head}\n${declarations.join('\n\n')}\n`);
