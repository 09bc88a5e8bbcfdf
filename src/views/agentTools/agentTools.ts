import {
  type CancellationToken,
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  type LanguageModelToolInvocationOptions,
  LanguageModelToolResult,
  l10n,
  lm,
} from 'vscode';
import { type ToolName, toolNames } from '../../tools/toolNames.ts';
import { askForAgent } from '../core/analysis.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { type AskedModel, whyNoAnswer } from './availability.ts';

type Model = AskedModel & Pick<SpendModel, 'keptFolder' | 'clientModels' | 'slowAnalysis'>;

/** The name of a tool in the manifest: other extensions have tools as well. */
export function toolId(name: ToolName): string {
  return `outlay_${name}`;
}

/**
 * Outlay's tools for the editor's own agents: those of `outlay mcp`, answered by this window. Where an editor
 * knows no such tools, there are none.
 */
export class AgentTools implements Disposable {
  readonly #registered: Disposable[];

  constructor(model: Model) {
    // Editors made from VS Code may leave this out.
    const canRegister = typeof lm?.registerTool === 'function';
    this.#registered = canRegister
      ? toolNames.map((name) => lm.registerTool(toolId(name), toolOf(name, model)))
      : [];
  }

  dispose(): void {
    for (const each of this.#registered) each.dispose();
  }
}

function toolOf(name: ToolName, model: Model): LanguageModelTool<object> {
  return {
    prepareInvocation: () => ({ invocationMessage: invocationMessage(name) }),
    invoke: (options, token) => answer(name, model, options, token),
  };
}

async function answer(
  name: ToolName,
  model: Model,
  { input, tokenizationOptions }: LanguageModelToolInvocationOptions<object>,
  token: CancellationToken,
): Promise<LanguageModelToolResult> {
  const why = whyNoAnswer(model);
  if (why !== undefined) throw new Error(why);
  // Loaded when somebody asks: what is in it is no part of what an editor waits for.
  const { answerFor } = await import('../../tools/answerFor.ts');
  const stop = new AbortController();
  const listening = token.onCancellationRequested(() => stop.abort());
  if (token.isCancellationRequested) stop.abort();
  try {
    const { structured } = await answerFor(name, input, {
      ask: (question) => askForAgent(model, question, Date.now()),
      signal: stop.signal,
      room: tokenizationOptions?.tokenBudget,
    });
    return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(structured))]);
  } finally {
    listening.dispose();
  }
}

/** What a chat shows while a tool is asked. */
function invocationMessage(name: ToolName): string {
  switch (name) {
    case 'spend':
      return l10n.t('Asking Outlay what was spent');
    case 'sessions':
      return l10n.t('Asking Outlay for sessions');
    case 'session':
      return l10n.t('Asking Outlay about a session');
    case 'budgets':
      return l10n.t('Asking Outlay how budgets stand');
    case 'forecast':
      return l10n.t('Asking Outlay where spend leads');
    case 'anomalies':
      return l10n.t('Asking Outlay what stands out');
    case 'savings':
      return l10n.t('Asking Outlay what could be saved');
    case 'explain':
      return l10n.t('Asking Outlay where a figure comes from');
  }
}
