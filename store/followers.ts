// Who wants to hear of which streams in this process. Hints are gathered and told right after the append that caused
// them, outside its call stack, so that a listener may read and append as it likes.
import type { EventStore, Follower } from '#events/store.ts';
import type { StoreFailure } from '#events/store-failure.ts';

export interface Followers {
  readonly follow: EventStore['follow'];
  tell(streams: Iterable<string>): void;
  /** The appends of others cannot be looked for; `undefined`: they can again. */
  tellTrouble(failure: StoreFailure | undefined): void;
  /** Ends all followers; nobody is told anything afterwards. */
  close(): void;
}

interface Listener extends Follower {
  readonly streams: ReadonlySet<string>;
  tell(stream: string): void;
  readonly trouble: (failure: StoreFailure | undefined) => void;
}

/** `attend(true)` is called when the first stream is followed, `attend(false)` when none is any more. */
export function followers(attend: (attending: boolean) => void = () => {}): Followers {
  const listeners = new Set<Listener>();
  let attending = false;

  function review(): void {
    const wanted = listeners.values().some((listener) => listener.streams.size > 0);
    if (wanted === attending) return;
    attending = wanted;
    attend(wanted);
  }

  return {
    follow(changed, trouble = () => {}) {
      const listener = listen(changed, trouble, (self) => {
        if (self.streams.size === 0) listeners.delete(self);
        else listeners.add(self);
        review();
      });
      return listener;
    },
    tell(streams) {
      for (const stream of streams) {
        for (const listener of listeners) listener.tell(stream);
      }
    },
    tellTrouble(failure) {
      for (const listener of listeners) listener.trouble(failure);
    },
    close() {
      for (const listener of [...listeners]) listener.close();
    },
  };
}

function listen(
  changed: (stream: string) => void,
  trouble: Listener['trouble'],
  reviewed: (self: Listener) => void,
): Listener {
  const streams = new Set<string>();
  const pending = new Set<string>();
  let closed = false;

  function flush(): void {
    const told = [...pending];
    pending.clear();
    // A listener may close itself or drop a stream between two hints.
    for (const stream of told) if (streams.has(stream)) changed(stream);
  }

  const self: Listener = {
    streams,
    trouble,
    tell(stream) {
      if (!streams.has(stream)) return;
      if (pending.size === 0) queueMicrotask(flush);
      pending.add(stream);
    },
    add(stream) {
      if (closed) throw new Error('a closed follower cannot follow');
      streams.add(stream);
      reviewed(self);
    },
    remove(stream) {
      streams.delete(stream);
      reviewed(self);
    },
    close() {
      closed = true;
      streams.clear();
      reviewed(self);
    },
  };
  return self;
}
