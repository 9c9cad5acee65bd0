"use client";

import { Bar, BarChart, BarStack, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { classNames } from "#components/ui/class-names";

export type BarSeries = { readonly id: string; readonly label: string };
export type StackedBar = {
  readonly id: string;
  /** Under the axis. */
  readonly tick: string;
  /** Over the tooltip. */
  readonly label: string;
  readonly values: Readonly<Record<string, number>>;
};

type StackedBarsProps = {
  label: string;
  bars: readonly StackedBar[];
  series: readonly BarSeries[];
  formatValue: (value: number) => string;
  formatTick: (value: number) => string;
  /** False for what is counted: there is no half a request. */
  hasFractions: boolean;
  totalLabel: string;
};

const COLORS = ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)", "var(--series-5)"];
const OTHER_COLOR = "var(--series-other)";
/** How many series get a colour of their own; whoever feeds the chart adds up the rest. */
export const SERIES_MAX = COLORS.length;

const colorAt = (place: number) => COLORS[place] ?? OTHER_COLOR;
const valueIn = (id: string) => (bar: StackedBar) => bar.values[id] ?? 0;

/** Bars over time, one colour per series. The same figures stand in a table beside it. */
export function StackedBars({
  label,
  bars,
  series,
  formatValue,
  formatTick,
  hasFractions,
  totalLabel,
}: StackedBarsProps) {
  return (
    <figure aria-label={label} className="min-w-0">
      <div className="h-56 sm:h-64">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={[...bars]} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} barCategoryGap="22%">
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="tick"
              tickLine={false}
              axisLine={{ stroke: "var(--line-strong)" }}
              interval="equidistantPreserveStart"
              minTickGap={28}
              tick={{ fill: "var(--ink-faint)", fontSize: 11 }}
            />
            <YAxis
              width="auto"
              tickLine={false}
              axisLine={false}
              tickFormatter={formatTick}
              tickCount={4}
              allowDecimals={hasFractions}
              tick={{ fill: "var(--ink-faint)", fontSize: 11 }}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: "var(--hover)" }}
              content={({ active, payload }) => {
                const bar: StackedBar | undefined = payload?.[0]?.payload;
                if (!active || !bar) return null;
                return <BarTooltip bar={bar} series={series} formatValue={formatValue} totalLabel={totalLabel} />;
              }}
            />
            <BarStack radius={[3, 3, 0, 0]}>
              {series.map(({ id, label: name }, place) => (
                <Bar
                  key={id}
                  name={name}
                  dataKey={valueIn(id)}
                  fill={colorAt(place)}
                  maxBarSize={28}
                  isAnimationActive={false}
                />
              ))}
            </BarStack>
          </BarChart>
        </ResponsiveContainer>
      </div>
      <figcaption>
        <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1.5">
          {series.map(({ id, label: name }, place) => (
            <li key={id} className="flex min-w-0 items-center gap-1.5 text-ink-soft text-xs">
              <Swatch place={place} />
              <span className="truncate">{name}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

export const Swatch = ({ place, className }: { place: number; className?: string }) => (
  <svg viewBox="0 0 10 10" aria-hidden="true" className={classNames("size-2.5 shrink-0", className)}>
    <rect width="10" height="10" rx="2.5" fill={colorAt(place)} />
  </svg>
);

type BarTooltipProps = Pick<StackedBarsProps, "series" | "formatValue" | "totalLabel"> & { bar: StackedBar };

function BarTooltip({ bar, series, formatValue, totalLabel }: BarTooltipProps) {
  const present = series.map((one, place) => ({ ...one, place, value: valueIn(one.id)(bar) })).filter(hasValue);
  const total = present.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className="min-w-44 rounded-lg bg-raised p-2.5 text-xs shadow-pop">
      <p className="text-ink-faint">{bar.label}</p>
      <ul className="mt-1.5 grid gap-1">
        {present.map(({ id, label, place, value }) => (
          <li key={id} className="flex items-center gap-2">
            <Swatch place={place} />
            <span className="min-w-0 flex-1 truncate">{label}</span>
            <span className="font-medium tabular-nums">{formatValue(value)}</span>
          </li>
        ))}
      </ul>
      {present.length !== 1 && (
        <p className="mt-1.5 flex justify-between border-t pt-1.5 font-medium">
          {totalLabel}
          <span className="tabular-nums">{formatValue(total)}</span>
        </p>
      )}
    </div>
  );
}

const hasValue = ({ value }: { readonly value: number }) => value > 0;
