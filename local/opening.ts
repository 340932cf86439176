// Whoever opens several things opens all of them or, when one cannot be had, leaves none open.

/** `opened` closes what was opened, the last first; it is the caller's once `open` has resolved. */
export async function allOrNothing<T>(open: (opened: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const opened = new AsyncDisposableStack();
  try {
    return await open(opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
