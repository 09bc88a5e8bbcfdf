import {
  type BudgetVerb,
  type CommonAction,
  type CommonStrings,
  type DataShape,
  type Exported,
  type FromDataPanel,
  type InsightVerb,
  isToDataPanel,
  type NothingToShow,
  type PanelFormat,
  protocolVersion,
  type ToDataPanel,
} from '../../../src/protocol/shared.ts';
import { button } from '../controls.ts';
import { el } from '../dom.ts';
import { Figures } from '../figures.ts';
import { onThemeChange, readTheme, type Theme } from '../theme.ts';
import { showBanner } from './banner.ts';
import { keepState, keptState, listen, send, type Unversioned } from './host.ts';

/** Everything a page is drawn from. */
export interface Shown<Data, Words, Question, Ui> {
  readonly data: Data;
  readonly words: Words & CommonStrings;
  readonly format: PanelFormat;
  /** What the data are the answer to. */
  readonly question: Question;
  /** What was asked last, answered or not: controls show it and build upon it. */
  readonly asked: Question;
  readonly ui: Ui;
  readonly figures: Figures;
  readonly theme: Theme;
}

/** What a page can make happen. */
export interface PageTools<Question, Ui> {
  /** Asks the host something else. */
  readonly ask: (question: Question) => void;
  /** Changes what the page keeps for itself, and redraws. */
  readonly change: (more: Partial<Ui>) => void;
  readonly act: (action: CommonAction) => void;
  /** Opens a session's panel, at a message where one is named. */
  readonly openSession: (sid: string, message?: string) => void;
  /** Opens the dashboard at one day, of one project where one is named. */
  readonly openDay: (day: string, project: string) => void;
  /** Does something with an insight. */
  readonly insight: (id: string, verb: InsightVerb) => void;
  /** Does something with a budget. */
  readonly budget: (id: string, verb: BudgetVerb) => void;
  readonly exportTo: (exported: Omit<Exported, 'type' | 'v'>) => void;
}

/** A page with its parts. */
export interface DataPage<Data, Words, Question, Ui> {
  readonly element: HTMLElement;
  draw(shown: Shown<Data, Words, Question, Ui>): void;
  dispose(): void;
}

/** A kind of page: what it is told and what it keeps. */
export interface PageKind<Data, Words, Question, Ui> extends DataShape<Data, Question> {
  /** What it keeps besides its question, until told otherwise. */
  readonly ui: Ui;
  readonly isUi: (value: unknown) => value is Ui;
  readonly make: (tools: PageTools<Question, Ui>) => DataPage<Data, Words, Question, Ui>;
}

/** What VS Code keeps of a page over a reload of the window. */
interface Kept<Question, Ui> {
  readonly v: number;
  readonly question: Question;
  readonly ui: Ui;
}

/**
 * Runs the page of a panel that is asked questions: told by the host, drawn, kept and asked again.
 */
export function runPage<Data, Words, Question, Ui>(
  kind: PageKind<Data, Words, Question, Ui>,
): void {
  type Message = ToDataPanel<Data, Words, Question>;
  const root = document.getElementById('root')!;
  // The page comes with shapes of what is about to be there; words are put above them when it takes longer.
  const shapes = root.querySelector('.skeleton')!;
  const said = el('p', { class: 'empty' });
  const kept = keptState() as Partial<Kept<Question, Ui>> | undefined;
  const known = kept?.v === protocolVersion && kind.isQuestion(kept.question);
  let ui: Ui = known && kind.isUi(kept.ui) ? kept.ui : kind.ui;
  let last: Extract<Message, { type: 'show' }> | undefined;
  let asked: Question | undefined;
  let page: DataPage<Data, Words, Question, Ui> | undefined;
  const tell = (message: Unversioned<FromDataPanel<Question>>): void => send(message);

  const tools: PageTools<Question, Ui> = {
    ask: (question) => {
      document.body.classList.add('waiting');
      asked = question;
      tell({ type: 'ask', question });
      draw();
    },
    change: (more) => {
      ui = { ...ui, ...more };
      keep();
      tell({ type: 'keep', ui: ui as object });
      draw();
    },
    act: (action) => tell({ type: 'do', action }),
    openSession: (sid, message = '') => tell({ type: 'openSession', sid, message }),
    openDay: (day, project) => tell({ type: 'openDay', day, project }),
    budget: (id, verb) => tell({ type: 'budget', id, verb }),
    insight: (id, verb) => tell({ type: 'insight', id, verb }),
    exportTo: (exported) => tell({ type: 'export', ...exported }),
  };

  function keep(): void {
    if (last !== undefined) keepState({ v: protocolVersion, question: last.question, ui });
  }

  function draw(): void {
    if (last === undefined) return;
    const { data, words, format, question } = last;
    document.documentElement.lang = format.locale;
    if (page === undefined) {
      page = kind.make(tools);
      root.replaceChildren(page.element);
    }
    const theme = readTheme();
    const figures = new Figures(format);
    page.draw({ data, words, format, question, asked: asked ?? question, ui, figures, theme });
  }

  function onMessage(message: Message): void {
    if (message.type === 'show') {
      // An answer to an earlier question is shown, and the later one waited for.
      // A page that was closed has left nothing behind but what the host has kept.
      if (last === undefined && !known && kind.isUi(message.ui)) ui = message.ui;
      const waiting = asked !== undefined && !isSame(message.question, asked);
      if (!waiting) asked = undefined;
      document.body.classList.toggle('waiting', waiting);
      last = message;
      keep();
      draw();
      return;
    }
    document.body.classList.remove('waiting');
    page?.dispose();
    page = undefined;
    last = undefined;
    asked = undefined;
    if (message.type === 'working') {
      said.textContent = message.text;
      shapes.prepend(said);
      root.replaceChildren(shapes);
    } else root.replaceChildren(...nothingToShow<CommonAction>(message, tools.act));
  }

  showBanner(root, () => tools.act('closeDemo'));
  listen((value) => isToDataPanel<Data, Words, Question>(value, kind), onMessage);
  onThemeChange(draw);
  tell({ type: 'ready', question: known ? kept.question! : null });
}

/** Whether two questions are one. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** One sentence, which is all the page says and so its heading, and what can be done. */
export function nothingToShow<Action extends string>(
  { text, actions }: NothingToShow,
  act: (action: Action) => void,
): HTMLElement[] {
  return [
    el('div', { role: 'status' }, el('h1', { class: 'empty' }, text)),
    el(
      'div',
      { class: 'actions' },
      ...actions.map(({ label, action }, index) =>
        button(label, () => act(action as Action), index === 0 ? 'primary' : 'secondary'),
      ),
    ),
  ];
}
