// iptables and iproute2, for the tests that send an unaware application's traffic through Envoys in network namespaces.
// Installed by apt-get where there is one and the user is root; elsewhere those tests say that they were skipped.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const present = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

export const redirection = {
  name: 'iptables and iproute2',
  fresh: () => process.getuid?.() !== 0 || !present('apt-get') || (present('iptables') && present('ip')),
  make: async (node) => {
    process.env.DEBIAN_FRONTEND = 'noninteractive';
    const install = ['install', '-y', '--no-install-recommends', 'iptables', 'iproute2'];
    const options = { node, quiet: true };
    await run('apt-get', install, options).catch(async () => {
      // The package lists may be missing or old.
      await run('apt-get', ['update'], options);
      await run('apt-get', install, options);
    });
  },
};
