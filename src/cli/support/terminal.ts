/** What standard output is written to. */
export interface Terminal {
  /** Whether it shows colours, and they are wanted. */
  readonly colour: boolean;
  /** Its columns; undefined where it is a file or a pipe, whose reader has room for everything. */
  readonly width: number | undefined;
}

/** The narrowest terminal tables are made for. */
const narrowest = 40;

/** What standard output is. `COLUMNS` says how wide, as it does for `ls`; `NO_COLOR` leaves colours out. */
export function terminal({ env, stdout } = process): Terminal {
  const isTerminal = stdout.isTTY === true;
  const wished = Number(env.COLUMNS);
  const columns = Number.isInteger(wished) && wished > 0 ? wished : isTerminal && stdout.columns;
  return {
    colour: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    width: columns ? Math.max(narrowest, columns) : undefined,
  };
}
