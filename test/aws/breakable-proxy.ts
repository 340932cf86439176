// A way to AWS that can be cut: for a process that must do without it for a while.
import { forwardingProxy, type Way } from './forwarding-proxy.ts';

export interface BreakableProxy extends Way {
  /** Every request gets this error of DynamoDB's from now on; without one, no answer at all but a broken connection. */
  cut(error?: { readonly status: number; readonly name: string }): void;
  mend(): void;
}

export async function breakableProxy(endpoint: string): Promise<BreakableProxy> {
  let cut: false | Parameters<BreakableProxy['cut']>[0] = false;
  const way = await forwardingProxy(endpoint, {
    stops(incoming, answer) {
      if (cut === false) return false;
      if (cut === undefined) incoming.socket.destroy();
      else {
        const body = { __type: `com.amazonaws.dynamodb.v20120810#${cut.name}`, message: 'cut' };
        answer.writeHead(cut.status).end(JSON.stringify(body));
      }
      return true;
    },
  });
  return {
    ...way,
    cut(error) {
      cut = error;
    },
    mend() {
      cut = false;
    },
  };
}
