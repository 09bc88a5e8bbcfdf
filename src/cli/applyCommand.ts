import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { frontmatterValue, hunkOf, withFrontmatter } from '../analysis/insights/frontmatter.ts';
import type { InsightAction } from '../analysis/insights/insight.ts';
import { HumanError } from '../model/errors.ts';
import { type AgentFile, agentFiles, isBuiltIn } from '../reports/agentFiles.ts';
import { readLedger, updateLedger } from '../reports/insightsFile.ts';
import { plainText } from '../reports/plainText.ts';
import { writeFileAtomically } from '../reports/writeFile.ts';
import { sessionPlaces } from '../store/sessionPlaces.ts';
import { bringUpToDate, withContext } from './answer.ts';
import { now } from './clock.ts';
import { insightOf, sayDecided } from './decisions.ts';
import { type Environment, findEnvironment } from './environment.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

interface ApplyOptions extends CommonOptions {
  readonly yes?: true;
  readonly file?: string;
}

type AgentModel = Extract<InsightAction, { kind: 'agent-model' }>;

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
  const { problems } = await bringUpToDate(environment);
  const { action, files } = withContext(environment, problems, (context) => {
    const insight = insightOf(context, id);
    if (insight.action.kind !== 'agent-model') {
      const text = insight.action.kind === 'advice' ? ` To do: ${insight.action.text}` : '';
      throw new HumanError('usage', `${id} proposes no change to a file.${text}`);
    }
    const places = [...sessionPlaces(context.db).values()];
    const projects = new Set(places.flatMap(({ cwd, gitRoot }) => [gitRoot ?? cwd, cwd]));
    const roots = environment.roots.map(({ path }) => path);
    return { action: insight.action, files: agentFiles(insight.action.agent, projects, roots) };
  });
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
  { agent, model }: AgentModel,
  { file, text }: AgentFile,
  write: boolean,
): void {
  const after = withFrontmatter(text, 'model', model);
  if (after === undefined) {
    throw new HumanError('files', `${file} has no frontmatter, so its model cannot be set there.`);
  }
  const before = frontmatterValue(text, 'model') ?? 'as the session has it';
  const diff = [`--- ${file}`, `+++ ${file}`, ...hunkOf(text, after)];
  const json = { agent, model, file, diff, written: write && after !== text };
  if (after === text) {
    sayDecided(environment, id, [`${file} has "model: ${model}" already.`], json);
    return;
  }
  if (!write) {
    const ask = `Nothing is written yet: "outlay optimize apply ${id} --yes" writes it.`;
    sayDecided(environment, id, [`Model of ${agent}: ${before}.`, ...diff, ask], json);
    return;
  }
  writeFileAtomically(file, after, statSync(file).mode & 0o777);
  updateLedger(environment.folder, id, (decided) => ({
    ...decided,
    applied: { at: now(), agent, model, file, before: text, after },
  }));
  const undo = `"outlay optimize undo ${id}" puts it back; "outlay optimize" shows spend before and after.`;
  sayDecided(environment, id, [`Written: ${file}.`, ...diff, undo], json);
}

function takeBack(id: string, options: CommonOptions): void {
  const environment = findEnvironment(options);
  const applied = readLedger(environment.folder).ledger.get(id)?.applied;
  if (applied === undefined) {
    throw new HumanError('usage', `Nothing was applied for "${plainText(id).slice(0, 80)}".`);
  }
  const { file, before, after } = applied;
  if (readText(file) !== after) {
    throw new HumanError(
      'files',
      `${file} has been changed since, so it is left as it is. What it was is in insights.json of the data folder.`,
    );
  }
  writeFileAtomically(file, before, statSync(file).mode & 0o777);
  updateLedger(environment.folder, id, ({ applied: _, ...rest }) => rest);
  sayDecided(environment, id, [`Put back: ${file}.`], { file, written: true });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
