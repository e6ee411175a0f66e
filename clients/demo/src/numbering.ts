/** Checks the numbers that this page's publisher puts into what it publishes: one series for each kind of recipient. */
export class Numbering {
  missing = 0;
  twice = 0;
  /** Whether a gap has come before what was checked. */
  gap = false;
  readonly #last = new Map<string, number>();

  /** Whether anything numbered has come. */
  get used(): boolean {
    return this.#last.size > 0;
  }

  take(data: unknown): void {
    const { series, n } = (data ?? {}) as { series?: unknown; n?: unknown };
    if (typeof series !== "string" || typeof n !== "number" || !Number.isInteger(n)) return;
    const last = this.#last.get(series) ?? n - 1;
    if (n <= last) this.twice += 1;
    else this.missing += n - last - 1;
    this.#last.set(series, Math.max(last, n));
  }

  /** Numbers may be missing here, and the hub has said so: they are checked anew from here. */
  forget(): void {
    this.gap = true;
    this.#last.clear();
  }
}
