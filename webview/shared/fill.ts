/** Fills the places `{0}`, `{1}`, … of a text. */
export function fill(text: string, ...values: readonly string[]): string {
  return text.replace(/\{(\d+)\}/g, (place, index) => values[Number(index)] ?? place);
}
