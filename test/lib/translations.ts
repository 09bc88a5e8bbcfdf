/** Strings by key: a bundle of the sources' strings, or the manifest's. */
export type Strings = Readonly<Record<string, string>>;

/** What a translation has to keep: what is filled in, icons, commands of links, other settings. */
const fixedParts = /\{[\w-]+\}|\$\([a-z~-]+\)|\(command:[^)]+\)|`#[\w.]+#`/g;

function partsOf(text: string): string {
  return (text.match(fixedParts) ?? []).sort().join(' ');
}

/** What is wrong with a translation: keys it lacks or has too many of, and parts it lost. */
export function translationProblems(base: Strings, translated: Strings): string[] {
  const problems: string[] = [];
  for (const [key, text] of Object.entries(base)) {
    const own = translated[key];
    if (own === undefined) problems.push(`missing: ${key}`);
    else if (own.trim() === '') problems.push(`empty: ${key}`);
    else if (partsOf(own) !== partsOf(text)) problems.push(`other parts: ${key}`);
  }
  for (const key of Object.keys(translated)) {
    if (!Object.hasOwn(base, key)) problems.push(`too many: ${key}`);
  }
  return problems;
}

/** What the manifest's strings are checked against. */
export interface ManifestNames {
  readonly commands: ReadonlySet<string>;
  readonly settings: ReadonlySet<string>;
}

/** Keys the manifest asks for that are not there, and those nobody asks for. */
export function keyProblems(manifest: unknown, strings: Strings): string[] {
  const used = new Set(
    [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]!),
  );
  return [
    ...[...used].filter((key) => !Object.hasOwn(strings, key)).map((key) => `missing: ${key}`),
    ...Object.keys(strings)
      .filter((key) => !used.has(key))
      .map((key) => `unused: ${key}`),
  ];
}

/** Links to commands and settings that are not there. */
export function linkProblems(strings: Strings, names: ManifestNames): string[] {
  return Object.entries(strings).flatMap(([key, text]) => {
    const commands = [...text.matchAll(/\(command:(outlay[\w.]+)/g)].map((match) => match[1]!);
    const settings = [...text.matchAll(/`#([\w.]+)#`/g)].map((match) => match[1]!);
    return [
      ...commands.filter((id) => !names.commands.has(id)).map((id) => `${key}: no command ${id}`),
      ...settings.filter((id) => !names.settings.has(id)).map((id) => `${key}: no setting ${id}`),
    ];
  });
}
