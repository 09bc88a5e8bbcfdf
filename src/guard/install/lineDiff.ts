/** Lines shown around a change. */
const context = 3;

/** A change of a text as lines that begin with a space, `-` or `+`; unchanged stretches are left out. */
export function lineDiff(before: string, after: string): string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const edits = editsOf(old, fresh);
  const shown = edits.map(({ kind }, at) =>
    kind !== ' '
      ? true
      : edits.slice(Math.max(0, at - context), at + context + 1).some((near) => near.kind !== ' '),
  );
  return edits.flatMap(({ kind, line }, at) => {
    if (shown[at]) return [`${kind}${line}`];
    return shown[at - 1] || (at === 0 && shown.some(Boolean)) ? ['…'] : [];
  });
}

function linesOf(text: string): string[] {
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

interface Edit {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/** The longest common subsequence between equal beginnings and ends: settings are short. */
function editsOf(old: readonly string[], fresh: readonly string[]): Edit[] {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  ) {
    tail++;
  }
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ kind: ' ', line }));
  return [
    ...same(old.slice(0, head)),
    ...middle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...same(old.slice(old.length - tail)),
  ];
}

/** Tables larger than this take too long: then all of it is shown as replaced. */
const largestTable = 4_000_000;

function middle(old: readonly string[], fresh: readonly string[]): Edit[] {
  const removed = old.map((line): Edit => ({ kind: '-', line }));
  const added = fresh.map((line): Edit => ({ kind: '+', line }));
  if (old.length * fresh.length > largestTable) return [...removed, ...added];
  const width = fresh.length + 1;
  const length = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      length[i * width + j] =
        old[i] === fresh[j]
          ? length[(i + 1) * width + j + 1]! + 1
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < fresh.length) {
    if (old[i] === fresh[j]) {
      edits.push({ kind: ' ', line: old[i]! });
      i++;
      j++;
    } else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!)
      edits.push(removed[i++]!);
    else edits.push(added[j++]!);
  }
  return [...edits, ...removed.slice(i), ...added.slice(j)];
}
