/**
 * Type patterns: segments joined by `.`, of which `*` stands for exactly one and a last `**` for one or more
 * (docs/protocol.md; the hub filters by the same rule).
 */
export function matcher(patterns: string | readonly string[]): (type: string) => boolean {
  const rule = new RegExp(
    `^(?:${[patterns]
      .flat()
      .map((pattern) =>
        pattern
          .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
          .replace(/\*\*$/, ".+")
          .replace(/(^|\.)\*(?=\\|$)/g, "$1[^.]+"),
      )
      .join("|")})$`,
  );
  return (type) => rule.test(type);
}
