// What a value of the environment turned out to be good for: nothing. Whoever opens something that a variable names says
// so here, and the start ends with a line that names the variable.

/** The message begins with the variable's name. */
export class SettingFailure extends Error {
  readonly variable: string;

  constructor(variable: string, cause: unknown) {
    super(`${variable}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.variable = variable;
  }
}

/** Opens what `variable` names. What goes wrong is the variable's fault, unless it is a bug (a TypeError and its kind). */
export async function openSetting<T>(variable: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw error instanceof Error && error.name !== 'Error' ? error : new SettingFailure(variable, error);
  }
}
