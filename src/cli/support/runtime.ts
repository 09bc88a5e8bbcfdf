/** Oldest Node that has all Outlay needs: Node-API 10 and a SQLite of its own. */
const oldest = [22, 14] as const;

/** Why this runtime cannot run Outlay, in one sentence; undefined when it can. */
export function runtimeProblem(versions: {
  readonly node: string;
  readonly napi?: string;
}): string | undefined {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const newEnough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (newEnough && Number(versions.napi) >= 10) return undefined;
  return `Outlay needs Node ${oldest.join('.')} or newer (Node-API 10) and was started by Node ${versions.node}: update Node, or use the "outlay" command of the editor's terminal, which brings its own.`;
}
