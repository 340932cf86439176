// How the tests run: which files belong to which project and how many at once.
// `unit` needs nothing but Node; `wire` takes its time with every kind of client, `envoy` needs the real Envoy, `aws` an
// emulator of AWS; they use what tools/test.ts brings.
import { defineConfig } from 'vitest/config';

const limits = { testTimeout: 30_000, hookTimeout: 60_000 };
// Clients that others wrote, over HTTP: most are programs of their own.
const wire = ['test/wire/**/*.test.ts', 'local/gateway-aws-cli.test.ts'];
const never = ['**/node_modules/**', 'dist/**', '.cache/**', 'coverage/**', 'streamer/gen/**'];

export default defineConfig({
  test: {
    // Two files at once: the real-Envoy suites start processes of their own, and a small machine has two cores.
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      {
        test: {
          ...limits,
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, ...wire, 'test/envoy/**', 'test/e2e/**', 'test/aws/**'],
        },
      },
      { test: { ...limits, name: 'wire', include: wire, exclude: never } },
      { test: { ...limits, name: 'envoy', include: ['test/envoy/**/*.test.ts'], exclude: never } },
      { test: { ...limits, name: 'aws', include: ['test/aws/**/*.test.ts'], exclude: never } },
      { test: { ...limits, name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: never } },
    ],
    coverage: {
      include: ['{agent,cli,events,functions,identity,local,store,streamer}/**/*.ts'],
      exclude: ['streamer/gen/**', '**/*.test.ts'],
    },
  },
});
