// A node's proxy that asks for what it is entitled to over delta ADS and keeps every word: the one place where keys belong.
import { simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';

export interface ToldProxy {
  /** Asks for secrets by their names, as Envoy does when a listener or cluster names them. */
  ask(secrets: readonly string[]): void;
  /** All that it was told so far. */
  heard(): string;
  /** The private keys among that, PEM, each once. */
  keys(): readonly string[];
  /** Refuses the next response of secrets with these words. */
  refuseNext(words: (heard: string) => string): void;
  close(): void;
}

const keyPattern = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/g;

export function toldProxy(address: string, node: string, token: string): ToldProxy {
  const envoy = simulateEnvoy(address, { node, metadata: { authorization: `Bearer ${token}` } });
  let heard = '';
  let refusal: ((heard: string) => string) | undefined;
  let open = true;
  envoy.say('cluster');
  envoy.say('listener');
  const listen = async () => {
    while (open) {
      const response = await envoy.hear();
      heard += Object.values(response.resources).join('\n');
      if (response.type === 'secret' && refusal !== undefined) {
        envoy.nack(response, refusal(heard));
        refusal = undefined;
      } else envoy.ack(response);
    }
  };
  void listen();
  return {
    ask: (secrets) => envoy.say('secret', { resourceNamesSubscribe: [...secrets] }),
    heard: () => heard,
    keys: () => [...new Set(heard.match(keyPattern) ?? [])],
    refuseNext: (words) => {
      refusal = words;
    },
    close() {
      open = false;
      envoy.close();
    },
  };
}
