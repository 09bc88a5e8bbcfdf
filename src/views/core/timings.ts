/** Entries of the host's performance timeline (User Timing): `npm run bench` reads them. */
export const timings = {
  /** A measure: the synchronous part of the activation. */
  activation: 'outlay/activation',
  /** A mark: the first time the status bar has a figure, be it today's alone. */
  firstFigure: 'outlay/firstFigure',
} as const;
