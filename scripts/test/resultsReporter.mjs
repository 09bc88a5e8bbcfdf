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

/** Signals of a runtime that gave up on itself, as opposed to a test that failed. */
const crashes = ['SIGABRT', 'SIGILL', 'SIGSEGV', 'SIGTRAP', 'SIGBUS'];

/**
 * The line is a list of `{ file, passed, failed, skipped, failures, crashed }`; each failure is
 * `{ name, error }` with the names of its suites before its own.
 */
export default async function* resultsReporter(source) {
  const names = [];
  const files = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting;
      names.push(data.name);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { file = data.name, nesting, details } = data;
    const result = files.get(file) ?? { file, passed: 0, failed: 0, skipped: 0, failures: [] };
    files.set(file, result);
    const { error } = details;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    if (details.type !== 'suite' || (type === 'test:fail' && !isByChildren(error))) {
      if (isSkipped) result.skipped += 1;
      else if (type === 'test:pass') result.passed += 1;
      else {
        const name = [...names.slice(0, nesting), data.name].join(' › ');
        const said = inOneLine(String(error?.cause?.message ?? error?.message));
        result.failed += 1;
        result.failures.push({ name, error: said });
        result.crashed ||= crashes.includes(error?.signal);
      }
    }
  }
  yield JSON.stringify([...files.values()]);
}

/** A suite that fails because of what is in it has been told of already. */
const isByChildren = (error) => error?.failureType === 'subtestsFailed';
