import { withoutMarker } from '../../../model/modelName.ts';
import { type Attribution, mainAgent } from '../../../model/records.ts';
import { bounded } from './byteCache.ts';
import { text } from './usage.ts';

/** Fields that carry attribution without saying so in their name, and what we call them. */
const namedFields: Readonly<Record<string, string>> = {
  taskId: 'task',
  task_id: 'task',
  correlationId: 'correlation',
  correlation_id: 'correlation',
  hookName: 'hook',
  hookEvent: 'hookEvent',
  workflowName: 'workflow',
  workflowRunId: 'workflowRun',
  teamName: 'team',
  agentName: 'agentName',
};

/** Their names. */
export const attributionFields = Object.keys(namedFields);

/** Fields kept of one record; real ones have a few. */
const mostFields = 40;

const none: Attribution = Object.freeze({});

/**
 * Skill, plugin, MCP server and tool, hook, workflow, task and the like, as far as the record names
 * them: every `attribution…` field (`attributionMcpServer` becomes `mcpServer`) and a few by name.
 */
export function attributionOf(record: Record<string, unknown>, workflow: string): Attribution {
  const found: [string, string, string][] = workflow === '' ? [] : [['workflowRun', workflow, '']];
  for (const key of Object.keys(record)) {
    let name = namedFields[key];
    if (name === undefined && key.startsWith('attribution') && key.length > 11 && key.length < 40) {
      name = key.charAt(11).toLowerCase() + key.slice(12);
    }
    const value = name === undefined ? '' : bounded(text(record[key]));
    if (name !== undefined && value !== '') found.push([name, value, key]);
  }
  if (found.length === 0) return none;
  // Of two fields that say the same the last by name counts, wherever they stand.
  found.sort(([a, , x], [b, , y]) => (a === b ? Number(x > y) - Number(x < y) : a < b ? -1 : 1));
  return Object.fromEntries(found.splice(0, mostFields).map(([name, value]) => [name, value]));
}

/** What Claude Code calls the one that leads a team: for us the main thread, as of any session. */
const teamLead = 'team-lead';

/**
 * What a record says of its agent's type, '' where it says nothing: the type of a subagent, and the
 * name of a teammate, who has a session of their own and is its main thread.
 */
export function agentTypeOf({ team, agentName, agent }: Attribution, agentId: string): string {
  if (agentId !== mainAgent) return agent ?? '';
  const isTeammate = team !== undefined && agentName !== undefined && agentName !== teamLead;
  return isTeammate ? agentName : '';
}

/** Status or code of the API error a record reports, '' when it reports none. */
export function errorCode(record: Record<string, unknown>): string {
  const status = record.apiErrorStatus ?? record.status;
  if (typeof status === 'number') return String(status);
  const error = record.error;
  if (typeof error === 'string') return bounded(error.slice(0, 60));
  if (typeof error === 'object' && error !== null) {
    const { status: inner, type } = error as { status?: unknown; type?: unknown };
    if (typeof inner === 'number') return String(inner);
    if (typeof type === 'string') return bounded(type.slice(0, 60));
  }
  return record.isApiErrorMessage === true ? 'unknown' : '';
}

/**
 * The model a request asked for, '' where that is the one that answered: dates and markers such as `[1m]`
 * make no other model.
 */
export function otherModel(asked: string, answered: string): string {
  if (asked === answered) return '';
  return undated(asked) === undated(answered) ? '' : asked;
}

function undated(name: string): string {
  return withoutMarker(name).replace(/[-@]20\d{6}$/, '');
}
