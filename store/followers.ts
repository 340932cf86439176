// Who wants to hear of which streams in this process. Hints are gathered and told right after the append that caused
// them, outside its call stack, so that a listener may read and append as it likes.
import type { Follower } from '#events/store.ts';

export interface Followers {
  follow(changed: (stream: string) => void): Follower;
  tell(streams: Iterable<string>): void;
  /** Ends all followers; nobody is told anything afterwards. */
  close(): void;
}

interface Listener extends Follower {
  readonly streams: ReadonlySet<string>;
  tell(stream: string): void;
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
    follow(changed) {
      const listener = listen(changed, (self) => {
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
    close() {
      for (const listener of [...listeners]) listener.close();
    },
  };
}

function listen(changed: (stream: string) => void, reviewed: (self: Listener) => void): Listener {
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
