/** How much of the times in the specification the tests take: 1 for a minute that is a minute; a tenth where not set. */
export const SCALE = Number(process.env.E2E_SCALE ?? "0.1");

/** Milliseconds of the specification, at this run's scale. */
export const scaled = (ms: number): number => Math.round(ms * SCALE);

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` gives something, and returns it; throws at the deadline. */
export async function eventually<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await pause(20);
  }
}
