// Sharing, in this process on a store in memory.
import { memoryEventStore } from '#store/memory.ts';
import { sharingSuite } from '#test/suites/sharing.ts';
import { organize, startSharing } from './in-process.ts';

sharingSuite(
  'in process',
  async () => {
    const events = memoryEventStore();
    await organize(events);
    return startSharing({ events });
  },
  { organization: true },
);
