import { expectedCases, filesOfCases } from '../../test/lib/cases.ts';
import { expectedSets, filesOfSet, packFiles } from '../../test/lib/transcriptSets.ts';

/** Sets that are small and unlike each other: see `test/fixtures/transcripts/README.md`. */
const sets = ['sniffly', 'vscode-copilot-chat', 'imessage-mail', 'client-2.1.330'] as const;

const origins: Readonly<Record<(typeof sets)[number], string>> = {
  sniffly: 'Claude Code 1.0: cache writes without a lifetime (chiphuyen/sniffly, MIT)',
  'vscode-copilot-chat': 'Claude Code 1.0 to 2.1 (microsoft/vscode-copilot-chat, MIT)',
  'imessage-mail': 'Claude Code 2.1 (stat-guy/imessage-mail, MIT)',
  'client-2.1.330': 'the real client: fork, resume, compaction, fast mode, region, long prompts',
};

/** A configuration directory of each item, one below its name. */
export function goldenCorpus(): Buffer {
  const files = [
    ...[...filesOfCases()].filter(([path]) => path.split('/')[0]! in expectedCases),
    ...sets.flatMap((set) =>
      [...filesOfSet(set)].map(([path, content]): [string, Buffer] => [`${set}/${path}`, content]),
    ),
  ];
  return packFiles(files);
}

/** What each item must come to. */
export function goldenExpected(): object[] {
  const cases = Object.entries(expectedCases).map(([name, each]) => ({ name, ...each }));
  const real = sets.map((name) => {
    const { usd, messages, models } = expectedSets[name]!;
    return { name, origin: origins[name], usd, messages, models };
  });
  return [...cases, ...real];
}
