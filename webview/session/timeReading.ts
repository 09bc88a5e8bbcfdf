import type { ChartOptions, TooltipItem } from 'chart.js';
import { timeAxis, tooltipLook } from '../shared/charts/chartBase.ts';
import type { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import type { SessionView } from './view.ts';

/** How charts on a time axis are read: along it, still, and with thousands of points. */
const timeReading = {
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  parsing: false,
  normalized: true,
  interaction: { mode: 'nearest', axis: 'x', intersect: false },
} as const;

/** The ends of the time axis: a lone moment stands in the middle of two minutes. */
function timeBounds({ from, to }: { readonly from: number; readonly to: number }): {
  readonly min: number;
  readonly max: number;
} {
  const lone = from === to ? 60_000 : 0;
  return { min: from - lone, max: to + lone };
}

/** Options of a chart on the session's time axis; `scales` are its others, `label` its tooltip's lines. */
export function timeChartOptions(
  { theme, figures, zone, derived }: SessionView,
  link: TimeLink,
  scales: object,
  label: (item: TooltipItem<'line'>) => string[],
): ChartOptions<'line'> {
  return {
    ...timeReading,
    layout: { padding: link.padding },
    scales: {
      x: timeAxis(theme, figures, { ...timeBounds(derived.span), zone }),
      ...scales,
    } as NonNullable<ChartOptions<'line'>['scales']>,
    plugins: {
      decimation: { enabled: true, algorithm: 'min-max' },
      tooltip: {
        ...tooltipLook(theme),
        filter: ({ datasetIndex }, _index, items) => datasetIndex === items[0]?.datasetIndex,
        callbacks: {
          title: ([item]) => figures.dateTime(Number(item?.parsed.x ?? 0)),
          label,
        },
      },
    },
  };
}
