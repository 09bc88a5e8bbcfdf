/** A model's name without what Claude Code writes behind it, such as `[1m]`, in lower case. */
export function withoutMarker(name: string): string {
  return name.replace(/\[[^\]]*\]$/, '').toLowerCase();
}
