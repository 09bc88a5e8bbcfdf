import { existsSync } from 'node:fs';
import { l10n, workspace } from 'vscode';
import type { SpendModel } from '../core/spendModel.ts';

/** What decides whether agents are answered. */
export type AskedModel = Pick<SpendModel, 'storeFile' | 'spend'>;

/**
 * Why agents get no answer here, or undefined. An agent in an untrusted folder may do what that folder says;
 * made-up sessions are for people, who know that they are; and without a store there is nothing to say.
 */
export function whyNoAnswer({ storeFile, spend }: AskedModel): string | undefined {
  if (!workspace.isTrusted) return l10n.t('Outlay answers agents in trusted workspaces only.');
  if (spend.demo) return l10n.t('Outlay shows made-up sessions just now. End the demo first.');
  if (!existsSync(storeFile)) return l10n.t('Outlay has found no sessions yet.');
  return undefined;
}
