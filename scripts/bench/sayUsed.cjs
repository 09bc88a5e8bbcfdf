// Loaded before a program that is measured: what it has used stands behind all it says.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const ms = Math.round((userCPUTime + systemCPUTime) / 1000);
  process.stderr.write(`used ${maxRSS} KB ${ms} ms`);
});
