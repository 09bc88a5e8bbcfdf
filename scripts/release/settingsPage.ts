/** The page of all settings, made of their table and of the texts of the settings page. */
import { sharedSettings } from '../../src/settings/settings.ts';
import type { Setting } from '../../src/settings/settingTable.ts';
import { editorSettings } from '../../src/settings/statusBarSettings.ts';
import { settingSections } from './manifest.ts';

const whoSets = { application: 'user', machine: 'machine', window: 'user or workspace' } as const;

/** The page; `strings` are those of `package.nls.json`. */
export function settingsPage(strings: Readonly<Record<string, string>>): string {
  const settings: Setting<unknown>[] = Object.values({ ...sharedSettings, ...editorSettings });
  const shared = new Set<string>(Object.values(sharedSettings).map(({ key }) => key));
  const section = (name: Setting<unknown>['section']): string => {
    const own = settings.filter((setting) => setting.section === name);
    own.sort((a, b) => a.order - b.order);
    const rows = own.map(({ key, default: preset, scope, text }) => {
      const reads = shared.has(key) ? 'editor, terminal' : 'editor';
      const meaning = plainMarkdown(strings[`settings.${text}`] ?? '');
      return `| \`${key}\` | \`${JSON.stringify(preset)}\` | ${whoSets[scope ?? 'window']} | ${reads} | ${meaning} |`;
    });
    return [
      `## ${strings[`settings.${name}`]}`,
      [
        '| setting | default | set by | read by | what it does |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n'),
    ].join('\n\n');
  };
  return [
    '# Settings',
    '<!-- Written by `npm run docs` from the table in src/settings: change that. -->',
    [
      'The editor mirrors what terminal, hooks and indexer read into `config.json` in the data folder. A value that',
      'is wrong is named, and its default holds.',
    ].join('\n'),
    ...settingSections.map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

/** A text of the settings page in a cell: its links to settings and commands are the editor's alone. */
function plainMarkdown(text: string): string {
  return text
    .replace(/`#(.+?)#`/g, '`$1`')
    .replace(/\[([^\]]+)\]\(command:[^)]*\)/g, '$1')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}
