// What went wrong, in words for a report: whatever was thrown, and without its stack.

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
