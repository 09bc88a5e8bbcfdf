import { dayMs } from '../../model/calendar.ts';
import { isAnomaliesQuestion, usualAnomalies } from '../../protocol/anomalies.ts';
import type { usualBurn } from '../../protocol/burn.ts';
import {
  dashboardFilters,
  isDashboardQuestion,
  noFilters,
  usualDashboard,
} from '../../protocol/dashboard.ts';
import type { RawOptions } from '../../query/question.ts';
import { lengthMs } from '../../query/spans.ts';
import { commandIds } from '../core/commandIds.ts';

/** The command that opens a panel, and what it is given. */
export interface PanelOpening {
  readonly command: string;
  readonly arguments: readonly unknown[];
}

/**
 * The panel that shows what a report says, asked the same as far as it can be asked; undefined for a
 * report without one.
 */
export function panelOf(name: string, raw: RawOptions): PanelOpening | undefined {
  switch (name) {
    case 'session':
      return { command: commandIds.openSession, arguments: idOf(raw) };
    case 'explain':
      return { command: commandIds.openSession, arguments: sessionOf(raw) };
    case 'report':
    case 'breakdown':
      return { command: commandIds.openDashboard, arguments: [dashboardQuestion(raw)] };
    case 'burn':
      return { command: commandIds.openBurn, arguments: [burnQuestion(raw)] };
    case 'projection':
    case 'counterfactual':
      return {
        command: commandIds.openDashboard,
        arguments: [{ ...dashboardQuestion(raw), outlook: true }],
      };
    case 'anomaly':
      return { command: commandIds.openAnomalies, arguments: [anomaliesQuestion(raw)] };
    default:
      return undefined;
  }
}

function idOf({ argument }: RawOptions): string[] {
  return typeof argument === 'string' ? [argument] : [];
}

/** The session of a message that is named by it. */
function sessionOf({ argument }: RawOptions): string[] {
  return typeof argument === 'string' ? [argument.split('/', 1)[0]!] : [];
}

function dashboardQuestion(raw: RawOptions): typeof usualDashboard {
  const filters = Object.fromEntries(
    dashboardFilters.map((name) => [name, typeof raw[name] === 'string' ? raw[name] : '']),
  );
  const asked = { ...usualDashboard, filters: { ...noFilters, ...filters } };
  return (
    [
      { ...asked, period: 'custom', since: raw.since, until: raw.until },
      { ...asked, period: raw.period },
    ].find(isDashboardQuestion) ?? asked
  );
}

/** A report that goes by hours is of today, one by days of the last seven, one by weeks of the month. */
function burnQuestion(raw: RawOptions): typeof usualBurn {
  const length =
    lengthMs(String(raw.bucket ?? '1d'), { now: 0, zone: 'UTC', weekStart: 1 }) ?? dayMs;
  const period = length < dayMs ? 'today' : length < 7 * dayMs ? '7d' : 'month';
  return { period, project: projectOf(raw) };
}

function anomaliesQuestion(raw: RawOptions): typeof usualAnomalies {
  const asked = { ...usualAnomalies, project: projectOf(raw), log: raw.log === true };
  const { by, period } = raw;
  return (
    [
      { ...asked, by, period },
      { ...asked, by },
      { ...asked, period },
    ].find(isAnomaliesQuestion) ?? asked
  );
}

function projectOf({ project }: RawOptions): string {
  return typeof project === 'string' ? project : '';
}
