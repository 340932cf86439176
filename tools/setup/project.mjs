// Where the project's files are, for the set-up alone: every other path is made from these.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Git-ignored: stamps, the lock, links to the tools in use. */
export const cache = join(project, '.cache');

/** The Node that runs everything after the set-up; a link to the machine's own or to the one brought along. */
export const nodeLink = join(cache, 'bin', 'node');
