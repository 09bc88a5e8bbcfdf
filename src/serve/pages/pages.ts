import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { dataPanelNames } from '../../protocol/panels.ts';
import { isObject } from '../../protocol/shared.ts';
import type { PageSource } from '../http/pageSource.ts';
import { Refusal } from '../http/problem.ts';
import type { Questions } from '../questions.ts';
import { type AnswerWorld, answeredPanels, dashboardSummary } from './answers.ts';
import { readAssets } from './assets.ts';
import { speak } from './editorWords.ts';
import { isPageName, manifest, pageHtml } from './pageHtml.ts';
import { sessionAnswer } from './sessionAnswer.ts';

interface PageOptions extends Pick<AnswerWorld, 'look'> {
  readonly questions: Questions;
  readonly origin: () => TaskOrigin;
  readonly roots: () => readonly string[];
  /** Folder of the bundles. */
  readonly distFolder: string;
  /** As POSIX writes it: `de_DE.UTF-8`. */
  readonly locale: string;
}

/** Longest id a session has. */
const longestId = 200;

/** The pages as they ship: panels, their files, and what they are told. */
export function pageSource(options: PageOptions): PageSource {
  const { questions, origin, roots, distFolder } = options;
  const language = speakLike(options.locale, distFolder);
  const assets = readAssets(distFolder);
  const shared = [...assets.keys()].filter((name) => /^shared-\w+\.js$/.test(name));
  const world = { questions, settings: () => origin().settings, look: options.look };
  return {
    paths: ['/', ...dataPanelNames.map((name) => `/${name}`), '/session'],
    page: (path, nonce) => {
      const name = path === '/' ? 'dashboard' : path.slice(1);
      if (!isPageName(name)) throw new Refusal('not-found', 'There is no such page.');
      return pageHtml(name, language, nonce, shared);
    },
    asset: (name) => assets.get(name),
    manifest: () => manifest(language),
    tell: async (panel, body) => {
      const { question = null, part = 'full', session } = isObject(body) ? body : {};
      if (panel === 'session') {
        if (typeof session !== 'string' || session === '' || session.length > longestId) {
          throw new Refusal('bad-request', 'A session is asked for by its id.');
        }
        return await sessionAnswer({ origin: origin(), roots: roots() }, session);
      }
      const known = dataPanelNames.find((name) => name === panel);
      if (known === undefined) throw new Refusal('not-found', 'There is no such page.');
      const { isQuestion, usual, answer } = answeredPanels[known];
      const asked = question ?? usual;
      if (!isQuestion(asked))
        throw new Refusal('bad-request', 'The page asks what is no question.');
      if (known === 'dashboard' && part === 'summary') return await dashboardSummary(world, asked);
      return await answer(world, asked as never);
    },
  };
}

/** Chooses the language of the pages: one there are words in, else English. */
function speakLike(locale: string, distFolder: string): string {
  const language = /^[a-z]{2}(?=[_.-]|$)/i.exec(locale)?.[0].toLowerCase() ?? 'en';
  if (language === 'en') return language;
  try {
    const file = join(distFolder, '..', 'l10n', `bundle.l10n.${language}.json`);
    speak(language, JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
    return language;
  } catch {
    return 'en';
  }
}
