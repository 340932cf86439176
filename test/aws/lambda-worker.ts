// A deployed function's processes on the emulator: given another environment, or killed as a machine that fails is.
import { readdirSync, readFileSync } from 'node:fs';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';

/** Adds to the variables of a function; its processes start anew. */
export async function configure(FunctionName: string, more: Readonly<Record<string, string>>): Promise<void> {
  const client = new LambdaClient();
  const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, ...more };
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30, minDelay: 0.1, maxDelay: 1 }, { FunctionName });
  client.destroy();
}

/** Kills the processes that run a function for this emulator, and says how many they were. */
export function killWorkers(functionName: string, variable: string): number {
  const workers = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isWorker(pid, functionName, variable));
  for (const pid of workers) process.kill(Number(pid), 'SIGKILL');
  return workers.length;
}

/** By a variable that only this test's function has. */
function isWorker(pid: string, functionName: string, variable: string): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return variables.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`) && variables.includes(variable);
  } catch {
    // Gone by now, or another user's.
    return false;
  }
}
