// A way to AWS on which an answer can be held back: what was asked has happened, and whoever asked never hears of it.
import { forwardingProxy, type Way } from './forwarding-proxy.ts';

export interface HoldingProxy extends Way {
  /** Holds back the answer to the next request of this operation (`PutItem`) for ever; resolves when it is held. */
  hold(operation: string): Promise<void>;
}

export async function holdingProxy(endpoint: string): Promise<HoldingProxy> {
  let wanted: { readonly operation: string; readonly held: () => void } | undefined;
  const way = await forwardingProxy(endpoint, {
    keeps({ headers }) {
      const target = String(headers['x-amz-target'] ?? '');
      if (wanted === undefined || !target.endsWith(`.${wanted.operation}`)) return false;
      wanted.held();
      wanted = undefined;
      return true;
    },
  });
  return {
    ...way,
    hold: (operation) =>
      new Promise((held) => {
        wanted = { operation, held };
      }),
  };
}
