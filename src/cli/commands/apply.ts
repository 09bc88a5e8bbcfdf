import type { Command } from 'commander';
import { hunkOf } from '../../analysis/insights/frontmatter.ts';
import { type AgentModel, changeOf, undoChange, writeChange } from '../../insights/agentChange.ts';
import {
  type AgentFile,
  agentFiles,
  isBuiltIn,
  projectFolders,
} from '../../insights/agentFiles.ts';
import { wordedAction } from '../../insights/insightText.ts';
import { HumanError } from '../../model/errors.ts';
import { sessionInfo } from '../../store/query/sessionInfo.ts';
import { plainText } from '../../text/plainText.ts';
import { bringUpToDate, withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { insightOf, sayDecided } from '../support/decisions.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';

interface ApplyOptions extends CommonOptions {
  readonly yes?: true;
  readonly file?: string;
}

/** `outlay optimize apply ID`, `outlay optimize undo ID` */
export function addApply(group: Command, id: readonly [string, string]): void {
  const apply = group
    .command('apply')
    .description("Show the change to an agent's file that an insight proposes; --yes makes it.")
    .argument(...id)
    .option('--yes', 'write the file')
    .option('--file <file>', 'the file to change, where several define the agent');
  withCommonOptions(apply).action((given: string) =>
    run(given, apply.optsWithGlobals<ApplyOptions>()),
  );
  const undo = group
    .command('undo')
    .description('Put back the file that apply has changed.')
    .argument(...id);
  withCommonOptions(undo).action((given: string) =>
    takeBack(given, undo.optsWithGlobals<CommonOptions>()),
  );
}

async function run(id: string, options: ApplyOptions): Promise<void> {
  const environment = findEnvironment(options);
  const freshness = await bringUpToDate(environment);
  const { action, projects } = withContext(environment, freshness, (context) => {
    const insight = insightOf(context, id);
    if (insight.action.kind !== 'agent-model') {
      const worded = wordedAction(insight);
      const text = worded.kind === 'advice' ? ` To do: ${worded.text}` : '';
      throw new HumanError('usage', `${id} proposes no change to a file.${text}`);
    }
    const projects = projectFolders(sessionInfo(context.db).values());
    return { action: insight.action, projects };
  });
  const roots = environment.roots.map(({ path }) => path);
  const files = await agentFiles(action.agent, projects, roots);
  const chosen = choose(action, files, options.file);
  if (chosen === undefined) {
    const { agent, model } = action;
    sayDecided(
      environment,
      id,
      [
        `${agent} comes with Claude Code, so no file of yours sets its model.`,
        `Set CLAUDE_CODE_SUBAGENT_MODEL to ${model} in "env" of settings.json, which holds for all subagents, or define ${agent} yourself in .claude/agents/${agent}.md with "model: ${model}".`,
      ],
      { agent, model, file: null, written: false },
    );
    return;
  }
  change(environment, id, action, chosen, options.yes === true);
}

/** The file to change; undefined where the agent is a built-in one that nobody has replaced. */
function choose(
  { agent }: AgentModel,
  files: readonly AgentFile[],
  wanted: string | undefined,
): AgentFile | undefined {
  const list = files.map(({ file }) => file).join(', ');
  if (wanted !== undefined) {
    const found = files.find(({ file }) => file === wanted);
    if (found !== undefined) return found;
    const there = list === '' ? 'No file does.' : `These do: ${list}.`;
    throw new HumanError('usage', `${plainText(wanted)} does not define ${agent}. ${there}`);
  }
  if (files.length > 1) {
    throw new HumanError('usage', `Several files define ${agent}: name one with --file: ${list}.`);
  }
  const [only] = files;
  if (only !== undefined || isBuiltIn(agent)) return only;
  throw new HumanError(
    'usage',
    `No file defines ${plainText(agent)}: looked in .claude/agents of its projects and in agents of the configuration directories. An agent of a plugin is changed there.`,
  );
}

function change(
  environment: Environment,
  id: string,
  action: AgentModel,
  chosen: AgentFile,
  write: boolean,
): void {
  const made = changeOf(action, chosen);
  const { agent, model } = action;
  const { file } = chosen;
  if (made === undefined) {
    throw new HumanError('files', `${file} has no frontmatter, so its model cannot be set there.`);
  }
  const { before, after } = made;
  const diff = [`--- ${file}`, `+++ ${file}`, ...hunkOf(before, after)];
  const json = { agent, model, file, diff, written: write && after !== before };
  if (after === before) {
    sayDecided(environment, id, [`${file} has "model: ${model}" already.`], json);
    return;
  }
  if (!write) {
    const now = made.modelNow ?? 'as the session has it';
    const ask = `Nothing is written yet: "outlay optimize apply ${id} --yes" writes it.`;
    sayDecided(environment, id, [`Model of ${agent}: ${now}.`, ...diff, ask], json);
    return;
  }
  if (!writeChange(environment.folder, id, made, now())) {
    throw new HumanError(
      'files',
      `${file} has just been changed, or is no UTF-8 text: nothing is written.`,
    );
  }
  const undo = `"outlay optimize undo ${id}" puts it back; "outlay optimize" shows spend before and after.`;
  sayDecided(environment, id, [`Written: ${file}.`, ...diff, undo], json);
}

function takeBack(id: string, options: CommonOptions): void {
  const environment = findEnvironment(options);
  const undone = undoChange(environment.folder, id);
  if (undone === undefined) {
    throw new HumanError('usage', `Nothing was applied for "${plainText(id).slice(0, 80)}".`);
  }
  const { file, done } = undone;
  if (!done) {
    throw new HumanError(
      'files',
      `${file} has been changed since, so it is left as it is. What it was is in insights.json of the data folder.`,
    );
  }
  sayDecided(environment, id, [`Put back: ${file}.`], { file, written: true });
}
