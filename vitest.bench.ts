// Measurements that need the suites' fixtures: run by their own scripts (`npm run bench:aws`), never with the tests.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/aws/*.bench.ts'], exclude: ['**/node_modules/**'], disableConsoleIntercept: true },
});
