/**
 * Milliseconds of processor time this thread needs for something, for tests of what must not take time out
 * of all proportion: what other programs do meanwhile does not lengthen it.
 */
export function processorMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
