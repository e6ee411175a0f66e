/** Calls back once the signal is aborted, or at once where it is already. */
export const onAbort = (signal: AbortSignal | undefined, call: () => void): void => {
  signal?.addEventListener("abort", call);
  if (signal?.aborted) call();
};
