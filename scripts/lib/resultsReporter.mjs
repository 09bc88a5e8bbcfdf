/**
 * A reporter for Node's test runner that a script reads instead of a person: how many tests passed,
 * and which failed, as one line of JSON.
 */

/** One line, however long and of however many lines the text is. */
export function inOneLine(text, length = 220) {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > length ? `${plain.slice(0, length - 1)}…` : plain;
}

/**
 * The line is `{ passed, failed, skipped, failures }`; each failure is `{ name, error }` with the
 * names of its suites before its own.
 */
export default async function* resultsReporter(source) {
  const names = [];
  const failures = [];
  let counts;
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting;
      names.push(data.name);
    }
    if (type === 'test:fail') {
      const { error } = data.details;
      // A suite fails because of what is in it, which has been named.
      if (error?.failureType === 'subtestsFailed') continue;
      const name = [...names.slice(0, data.nesting), data.name].join(' › ');
      failures.push({ name, error: inOneLine(String(error?.cause?.message ?? error?.message)) });
    }
    // That of each file names it; that of them all does not.
    if (type === 'test:summary' && data.file === undefined) counts = data.counts;
  }
  yield JSON.stringify({
    passed: counts?.passed ?? 0,
    failed: (counts?.failed ?? 0) + (counts?.cancelled ?? 0),
    skipped: (counts?.skipped ?? 0) + (counts?.todo ?? 0),
    failures,
  });
}
