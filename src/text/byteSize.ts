const steps = ['kB', 'MB', 'GB', 'TB'] as const;

/** Bytes as a person reads them: `312 B`, `81.0 kB`, `4.2 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let step = -1;
  do {
    value /= 1000;
    step += 1;
  } while (value >= 999.95 && step < steps.length - 1);
  return `${value.toFixed(1)} ${steps[step]}`;
}
