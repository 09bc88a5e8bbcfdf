/** A line of a world's transcript. */
export interface Line {
  readonly record: Readonly<Record<string, unknown>> | undefined;
  readonly raw: string | undefined;
  readonly style: number;
}

/** A record as bytes: compact as Claude Code writes it, or in another form that is as valid. */
export function render({ record, raw, style }: Line): string {
  if (record === undefined) return `${raw}\n`;
  const compact = JSON.stringify(record);
  if (style === 0) return `${JSON.stringify(record, null, 1).replace(/\n\s*/g, ' ')}\n`;
  if (style === 1) return `${compact}\r\n`;
  if (style === 2) return `${compact.replace('"type"', '"\\u0074ype"')}\n`;
  if (style === 3) return `\t ${compact} \n`;
  return `${compact}\n`;
}
