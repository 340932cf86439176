// Writers that all want the same mesh at the same time, as clients with patience are: what is refused for being too much
// at once is asked again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, RawAnswer } from '#test/suites/api/bench.ts';

/** Asks until the answer is not 429; every answer's status is noted. */
export async function patiently(statuses: number[], ask: () => Promise<RawAnswer>): Promise<RawAnswer> {
  for (let round = 0; ; round += 1) {
    const answer = await ask();
    statuses.push(answer.status);
    if (answer.status !== 429 || round === 200) return answer;
    await sleep(Math.random() * Math.min(1_000, 50 * 2 ** round));
  }
}

/** Each of them makes a node and updates it; the places in the mesh's stream that were acknowledged. */
export async function manyWriters(
  bench: Bench,
  meshName: string,
  writers: number,
  statuses: number[],
): Promise<number[]> {
  const places: number[] = [];
  const one = async (virtualNodeName: string) => {
    for (const operation of ['CreateVirtualNode', 'UpdateVirtualNode', 'UpdateVirtualNode']) {
      const input = { meshName, virtualNodeName, spec: {} };
      const { headers, status, body } = await patiently(statuses, () => bench.call(operation, input));
      if (status !== 200) throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
      places.push(Number(headers['x-heddle-sequence']));
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, index) => one(`writer-${index}`)));
  return places.sort((a, b) => a - b);
}
