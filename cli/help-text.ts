// What the help of a command says beyond its options: one line for the list of all commands, and examples to copy.
import type { Command } from 'commander';

/** `line` is for the list of commands; `examples` are command lines, each with a word on what it is for, or none. */
export function withHelpText(command: Command, line: string, examples: readonly (readonly [string, string?])[] = []) {
  command.summary(line);
  if (examples.length === 0) return command;
  const width = Math.max(...examples.map(([example]) => example.length));
  const lines = examples.map(([example, note]) =>
    note === undefined ? `  ${example}` : `  ${example.padEnd(width)}  # ${note}`,
  );
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
