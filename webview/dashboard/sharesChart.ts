import { ArcElement, Chart, DoughnutController, Tooltip } from 'chart.js';
import type { DashboardDetailsData } from '../../src/protocol/dashboard.ts';
import { tooltipLook } from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { fillOf, restStyle, type SeriesStyle } from '../shared/charts/palette.ts';
import { moneyCell } from '../shared/table/sheet.ts';
import { type DashboardShown, type DashboardTools, stylesOf } from './shown.ts';

Chart.register(DoughnutController, ArcElement, Tooltip);

/** At most so many slices; the rest is one more. */
const mostSlices = 6;

interface Slice {
  readonly name: string;
  readonly nano: number;
  readonly style: SeriesStyle;
  readonly background: boolean;
}

/** How agents share the cost: a ring. */
export class SharesChart {
  readonly #tools: DashboardTools;
  readonly #section = new ChartSection('shares');
  readonly #chart = new LiveChart<'doughnut', number[], string>('doughnut');

  constructor(tools: DashboardTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: DashboardShown, details: DashboardDetailsData): void {
    const { words, figures, data } = shown;
    const slices = slicesOf(details, shown);
    const share = (nano: number): string =>
      data.total > 0 ? figures.percent(nano / data.total) : '';
    this.#section.draw({
      title: words.shares,
      sentence: slices.map(({ name, nano }) => `${name} ${share(nano)}`).join(', '),
      sheet: {
        columns: [
          { key: 'agent', label: words.agent, numeric: false },
          { key: 'cost', label: words.cost, numeric: true },
          { key: 'share', label: words.share, numeric: true },
        ],
        rows: slices.map(({ name, nano }) => ({
          key: name,
          cells: [
            { text: name, value: name },
            moneyCell(nano, figures),
            { text: share(nano), value: data.total > 0 ? nano / data.total : 0 },
          ],
        })),
      },
      ...chartWays('shares', shown, this.#tools),
      legend: legend(slices.map(({ name, nano, style }) => ({ name, figure: share(nano), style }))),
      paint: (canvas) => this.#paint(canvas, shown, slices),
    });
  }

  #paint(
    canvas: HTMLCanvasElement,
    { theme, figures }: DashboardShown,
    slices: readonly Slice[],
  ): void {
    const data = {
      labels: slices.map(({ name }) => name),
      datasets: [
        {
          data: slices.map(({ nano }) => figures.units(nano)),
          backgroundColor: slices.map(({ style, background }) => fillOf(style, theme, background)),
          borderColor: theme.highContrast ? theme.foreground : theme.background,
          borderWidth: theme.highContrast ? 1 : 2,
        },
      ],
    };
    const options = {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      cutout: '62%',
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            label: ({ label, parsed }: { label: string; parsed: number }) =>
              `${label}: ${figures.shown(parsed)}`,
          },
        },
      },
    } as const;
    this.#chart.paint(canvas, data, options);
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function slicesOf({ bars }: DashboardDetailsData, shown: DashboardShown): Slice[] {
  const { theme, words } = shown;
  const styles = stylesOf('agent', shown);
  const all = bars.agent
    .filter(({ nano }) => nano > 0)
    .map(({ filter, name, nano, background }) => ({
      name,
      nano,
      style: styles.get(filter) ?? restStyle(theme),
      background,
    }));
  if (all.length <= mostSlices + 1) return all;
  const rest = all.slice(mostSlices).reduce((sum, { nano }) => sum + nano, 0);
  const other = { name: words.other, nano: rest, style: restStyle(theme), background: false };
  return [...all.slice(0, mostSlices), other];
}
