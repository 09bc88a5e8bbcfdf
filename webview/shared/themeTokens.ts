/** The theme's colours as the page has them now, for what is drawn on a canvas. */
export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  /** Lines behind a chart, and those at its axes. */
  readonly grid: string;
  readonly axis: string;
  readonly background: string;
  readonly border: string;
  readonly font: string;
  readonly fontSize: number;
  readonly highContrast: boolean;
  readonly reducedMotion: boolean;
  /** A colour by its token, e.g. `charts-yellow`. */
  readonly token: (name: string) => string;
}
