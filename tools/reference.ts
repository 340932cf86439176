// Writes the generated pages of docs/reference: openapi.json, the description of what is ours under /heddle/v1/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { openApi } from '#functions/own/openapi.ts';

const folder = new URL('../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('openapi.json', folder), `${JSON.stringify(openApi(), null, 2)}\n`);
