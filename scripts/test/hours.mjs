/** When and where a run of tests takes itself to be: at a chosen moment, or just after midnight. */
import { inRoot } from '../shared/paths.mjs';

function minutesOfDay(zone, at) {
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const [hours, minutes] = new Intl.DateTimeFormat('en-GB', options).format(at).split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** The zone in which it was midnight most recently: some are half an hour or a quarter off. */
export function zoneAfterMidnight(at = Date.now()) {
  // Nobody lives twelve hours behind, so that zone is in no list.
  const zones = [...Intl.supportedValuesOf('timeZone'), 'Etc/GMT+12'];
  const minutes = new Map(zones.map((zone) => [zone, minutesOfDay(zone, at)]));
  return zones.reduce((best, zone) => (minutes.get(zone) < minutes.get(best) ? zone : best));
}

/** A moment as it reads on the clocks of a zone: the form `--at` takes. */
export function localMinute(zone, at = Date.now()) {
  const options = { timeZone: zone, dateStyle: 'short', timeStyle: 'short' };
  return new Intl.DateTimeFormat('sv-SE', options).format(at).replace(' ', 'T');
}

/**
 * Makes every process that is started from now on take it to be then and there: a local time such as
 * 2026-12-01T00:10, from which clocks run on, and a zone by its name. Either may be left out.
 */
export function moveTo({ at, zone }) {
  if (zone !== undefined) {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    process.env.TZ = zone;
  }
  if (at === undefined) return;
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(moment)) throw new RangeError(`"${at}" is no time such as 2026-12-01T00:10.`);
  process.env.OUTLAY_CLOCK_OFFSET = String(moment - Date.now());
  const preload = `--require ${JSON.stringify(inRoot('scripts/vscode/movedClock.cjs'))}`;
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${preload}`.trim();
}
