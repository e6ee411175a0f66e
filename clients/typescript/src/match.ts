/**
 * Type patterns: segments joined by `.`, of which `*` stands for exactly one and a last `**` for one or more; the hub
 * filters by the same rule.
 */
export function matcher(patterns: string | readonly string[]): (type: string) => boolean {
  const rules = `${patterns}`.replace(/,/g, "|").replace(/\./g, "\\.").replace(/\*\*/g, ".+").replace(/\*/g, "[^.]+");
  const rule = new RegExp(`^(${rules})$`);
  return (type) => rule.test(type);
}
