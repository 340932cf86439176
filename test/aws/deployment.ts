// Heddle's control plane on an emulator of AWS, deployed from the very template that AWS would get.
import { deploy, type Outputs } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { synthesized } from './synthesized.ts';

export interface Deployment {
  readonly emulator: Emulator;
  readonly account: string;
  readonly region: string;
  /** Where API Gateway answers on the emulator, without a slash at its end. */
  readonly apiUrl: string;
  readonly outputs: Outputs;
  readonly table: string;
  functionName(job: string): string;
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  /** Twelve digits; as an access key they choose the account. */
  readonly account: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

/** Points this process's AWS variables to the emulator, too. */
export async function startDeployment({
  account,
  settings = {},
  context = {},
}: DeploymentOptions): Promise<Deployment> {
  const started = performance.now();
  const [emulator, assembly] = await Promise.all([
    startEmulator(settings),
    synthesized({ quotas: 'none', disposable: 'yes', ...context }),
  ]);
  const said = performance.now() - started;
  Object.assign(process.env, emulator.environment, { AWS_ACCESS_KEY_ID: account });
  const region = process.env.AWS_REGION ?? '';
  const table = context.name ?? 'heddle';
  try {
    const outputs = await deploy(assembly.path, `${table}-control`, account, region);
    console.log(`deployed in ${Math.round(performance.now() - started - said)} ms`);
    return {
      emulator,
      account,
      region,
      apiUrl: `${emulator.endpoint}/restapis/${outputs.ApiId}/heddle/_user_request_`,
      outputs,
      table,
      functionName: (job) => `${table}-${job}`,
      stop: () => emulator.stop(),
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  } finally {
    assembly.remove();
  }
}
