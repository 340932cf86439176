// The contract of the log and of the views, held by the store in memory.
import type { Commit } from '#events/event.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { eventStoreSuite } from './store.ts';
import { viewStoreSuite } from './views.ts';

eventStoreSuite('memory', async () => {
  let store = memoryEventStore();
  let log: (readonly Commit[])[] = [];
  return {
    open: async () => ({
      ...store,
      async append(commits, upon) {
        const copy = structuredClone(commits);
        const result = await store.append(commits, upon);
        if (result.ok) log.push(copy);
        return result;
      },
    }),
    async backup() {
      const then = [...log];
      return async () => {
        store = memoryEventStore();
        log = then;
        for (const commits of then) await store.append(commits);
      };
    },
    async remove() {},
  };
});

viewStoreSuite('memory', async () => {
  let time = () => 0;
  const views = memoryViewStore({ now: () => time() });
  return {
    async open(now) {
      time = now;
      return views;
    },
    async remove() {},
  };
});
