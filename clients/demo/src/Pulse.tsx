import { type Beat, pulseSeconds } from "./journal.ts";
import { useNow } from "./useNow.ts";

/** Events a second at which a bar is full, unless there were more. */
const fullBar = 10;
const height = 56;
const track = 4;

/** The last minute: a bar for each second's events, and under it the state that the connection was in. */
export function Pulse({ beats }: { readonly beats: readonly Beat[] }) {
  const first = Math.floor(useNow(1000) / 1000) - pulseSeconds + 1;
  const most = beats.reduce((most, beat) => Math.max(most, beat.events), fullBar);
  const events = beats.reduce((sum, beat) => sum + (beat.second >= first ? beat.events : 0), 0);

  return (
    <svg
      className="pulse"
      viewBox={`0 0 ${pulseSeconds} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${events} events in the last minute`}
    >
      <rect className="ground" y={height - track} width={pulseSeconds} height={track} />
      {beats.map((beat, index) => {
        const x = Math.max(0, beat.second - first);
        const until = Math.min(pulseSeconds, (beats[index + 1]?.second ?? first + pulseSeconds) - first);
        const tall = (beat.events / most) * (height - track - 3);
        const shown = beat.second >= first;
        return (
          <g key={beat.second} data-state={beat.state}>
            {until > x && <rect className="track" x={x} y={height - track} width={until - x} height={track} />}
            {shown && tall > 0 && (
              <rect className="bar" x={x + 0.12} y={height - track - 2 - tall} width={0.76} height={tall} />
            )}
            {shown && beat.gap && <rect className="gap" x={x + 0.35} y={0} width={0.3} height={height} />}
          </g>
        );
      })}
    </svg>
  );
}
