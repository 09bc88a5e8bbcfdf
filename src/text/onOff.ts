/** Whether a variable such as `EMAIL_ENABLED` switches something on. */
export function isOn(value: string | undefined): boolean {
  return ['true', '1', 'yes', 'on'].includes(plain(value));
}

/** Whether one such as `ENABLE_COST_TRACKING` switches something off. */
export function isOff(value: string | undefined): boolean {
  return ['false', '0', 'no', 'off'].includes(plain(value));
}

function plain(value = ''): string {
  return value.trim().toLowerCase();
}
