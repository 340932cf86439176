// What the set-up tells: always on standard error, so that a command's own output stays clean for pipes.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`heddle: ${line}\n`);
}
