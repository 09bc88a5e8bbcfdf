import {
  Chart,
  type ChartConfiguration,
  type ChartData,
  type ChartOptions,
  type ChartType,
  type Plugin,
} from 'chart.js';

/** A chart that is made when it is first painted, and told what is new from then on. */
export class LiveChart<T extends ChartType, D, L = unknown> {
  readonly #type: T;
  readonly #plugins: Plugin<T>[];
  #chart: Chart<T, D, L> | undefined;

  /** `plugins` are asked again at each drawing: they get thunks where what they show changes. */
  constructor(type: T, plugins: Plugin<T>[] = []) {
    this.#type = type;
    this.#plugins = plugins;
  }

  /** Undefined before the first painting. */
  get chart(): Chart<T, D, L> | undefined {
    return this.#chart;
  }

  paint(canvas: HTMLCanvasElement, data: ChartData<T, D, L>, options: ChartOptions<T>): void {
    const chart = this.#chart;
    if (chart === undefined) {
      const [type, plugins] = [this.#type, this.#plugins];
      const whole = { type, data, options, plugins } as ChartConfiguration<T, D, L>;
      this.#chart = new Chart(canvas, whole);
      return;
    }
    // What was pointed at is no longer there when the axis is another one.
    if (String(chart.data.labels ?? '') !== String(data.labels ?? '')) {
      chart.setActiveElements([]);
      chart.tooltip?.setActiveElements([], { x: 0, y: 0 });
    }
    chart.data = data;
    chart.options = options as typeof chart.options;
    chart.update('none');
  }

  /** The next painting makes another one. */
  dispose(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
  }
}
