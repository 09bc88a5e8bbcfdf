import {
  type Disposable,
  env,
  l10n,
  MarkdownString,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  window,
} from 'vscode';
import { bundledCatalogue } from '../../pricing/catalogue.ts';
import { daysOld } from '../../pricing/days.ts';
import { DisposableStore } from '../core/disposables.ts';
import { nextTurn } from '../core/nextTurn.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { timings } from '../core/timings.ts';
import { type StatusText, statusText } from './statusText.ts';
import { tooltipCommands, tooltipMarkdown } from './tooltip.ts';

/** Right of the editor's own items, left of the notifications bell. */
const priority = 99;

/** The status bar item: today's spend, always, wherever it comes from. */
export class SpendStatus implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #item: StatusBarItem;
  #shown = '';
  #hasFigure = false;
  #tooltip = '';

  constructor(model: SpendModel) {
    this.#item = this.#owned.add(
      window.createStatusBarItem('spend', StatusBarAlignment.Right, priority),
    );
    this.#item.name = l10n.t('Outlay: Claude Code spend');
    this.#owned.add(
      model.onDidChange((spend) => {
        this.#draw(spend);
        this.#drawTooltip(spend);
      }),
    );
    this.#draw(model.spend);
    this.#item.show();
    // Nobody can point at the item yet.
    this.#owned.add(nextTurn(() => this.#drawTooltip(model.spend)));
  }

  #draw(spend: Spend): void {
    const status = statusText(spend, Date.now());
    const text = JSON.stringify(status);
    // The text first: it is what a person watches. VS Code sends each change to the window.
    if (text !== this.#shown) {
      this.#shown = text;
      this.#drawText(status);
    }
    if (!this.#hasFigure && (spend.overview ?? spend.remembered) !== undefined) {
      this.#hasFigure = true;
      performance.mark(timings.firstFigure);
    }
  }

  #drawTooltip(spend: Spend): void {
    const now = Date.now();
    const { checked: date } = bundledCatalogue;
    const markdown = tooltipMarkdown(spend, {
      now,
      catalogueDate: date,
      catalogueDays: daysOld(date, now),
      remote: otherMachine(env.remoteName),
    });
    if (markdown === this.#tooltip) return;
    this.#tooltip = markdown;
    const tooltip = new MarkdownString(markdown, true);
    tooltip.isTrusted = { enabledCommands: [...tooltipCommands] };
    this.#item.tooltip = tooltip;
  }

  #drawText(status: StatusText): void {
    this.#item.text = status.text;
    this.#item.command = status.command;
    this.#item.accessibilityInformation = { label: status.label, role: 'button' };
    this.#item.backgroundColor = background(status.level);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** Warning and error backgrounds are the only ones VS Code allows; icon and word say the same. */
function background(level: StatusText['level']): ThemeColor | undefined {
  if (level === 'warning') return new ThemeColor('statusBarItem.warningBackground');
  const alarming = level === 'critical' || level === 'stop' || level === 'error';
  return alarming ? new ThemeColor('statusBarItem.errorBackground') : undefined;
}

/** The name of a remote that is another machine; '' for none. A browser's server on this one is called by its address. */
function otherMachine(remote = ''): string {
  return /^(localhost|127\.|\[::1\])/.test(remote) ? '' : remote;
}
