import { classNames } from "#components/ui/class-names";

/** Tracks that leave one line and part: what a switchyard does, drawn behind the pages that have little else. */
const LINES = [
  "M-20 188H1460",
  "M180 188c150 0 130 -46 280 -46H1460",
  "M420 142c150 0 130 -46 280 -46H1460",
  "M640 188c150 0 130 46 280 46H1460",
  "M860 96c150 0 130 -46 280 -46H1460",
];
const SIGNALS = [
  { x: 180, y: 188, isOn: true },
  { x: 420, y: 142, isOn: false },
  { x: 640, y: 188, isOn: false },
  { x: 860, y: 96, isOn: false },
];

export const Tracks = ({ className }: { className?: string }) => (
  <svg
    aria-hidden="true"
    viewBox="0 0 1440 260"
    preserveAspectRatio="xMidYMax slice"
    fill="none"
    className={classNames("pointer-events-none", className)}
  >
    {LINES.map((line) => (
      <path key={line} d={line} strokeWidth="1.5" className="stroke-line" />
    ))}
    {SIGNALS.map(({ x, y, isOn }) => (
      <circle
        key={x}
        cx={x}
        cy={y}
        r="4"
        strokeWidth="1.5"
        className={isOn ? "fill-good-solid stroke-canvas" : "fill-canvas stroke-line-strong"}
      />
    ))}
  </svg>
);
