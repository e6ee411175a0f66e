import type { SSEStats } from "@tidings/client";

/** What the service has counted since it was made. */
export function Stats({ stats }: { readonly stats: Readonly<SSEStats> }) {
  const tiles: [id: string, name: string, value: string, bad: boolean][] = [
    ["attempts", "Attempts", `${stats.attempts}`, false],
    ["failures", "Failed", `${stats.failures}`, stats.failures > 0],
    ["reconnections", "Reconnections", `${stats.reconnections}`, false],
    ["back", "Mean time back", stats.reconnections > 0 ? duration(stats.meanReconnectionTime) : "–", false],
    ["gaps", "Gaps", `${stats.gaps}`, stats.gaps > 0],
    ["authentication", "Auth errors", `${stats.authenticationErrors}`, stats.authenticationErrors > 0],
  ];
  return (
    <dl id="stats" className="card tiles">
      {tiles.map(([id, name, value, bad]) => (
        <div key={id} className={bad ? "bad" : ""}>
          <dt>{name}</dt>
          <dd id={`stat-${id}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const duration = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
