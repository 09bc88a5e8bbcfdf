/**
 * The zone in which it is noon now, give or take an hour: for windows, whose tests expect what was
 * spent three hours ago to be of today, and today to last as long as they do.
 */
export function noonZone(now = Date.now()): string {
  const ahead = 12 - new Date(now).getUTCHours();
  // The signs of these names are those of POSIX: what is ahead has a minus.
  return ahead > 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`;
}
