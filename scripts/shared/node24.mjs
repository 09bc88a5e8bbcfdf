/**
 * The scripts, the VS Code server and the tests need Node 24. `npm run` has it on the PATH, because
 * the project depends on the npm package `node`, whatever Node the machine itself has.
 */
const major = Number(process.versions.node.split('.')[0]);

/** Ends the process with one sentence when it is run by an older Node. */
export function requireNode24() {
  if (major >= 24) return;
  console.error(
    `This needs Node 24 and runs on ${process.versions.node}: start it with "npm run …" after "npm ci", which brings Node 24.`,
  );
  process.exit(2);
}
