import type { Command, Option } from 'commander';

/** The shells there are scripts for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A flag of a command, as a script needs it. */
interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly text: string;
  readonly takesValue: boolean;
  /** Undefined where any value will do. */
  readonly values: readonly string[] | undefined;
  readonly file: boolean;
}

/** A command with the words before it, such as `mark start`; '' for the program itself. */
interface Place {
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly text: string }[];
  readonly flags: readonly Flag[];
  /** What the first argument can be; empty where it is anything. */
  readonly values: readonly string[];
  readonly file: boolean;
}

/** Values that options name in their help, in words that end in a list: `…: a, b, c (default: a)`. */
function choicesOf(option: Option): readonly string[] | undefined {
  if (option.argChoices !== undefined) return option.argChoices;
  const list = /: ((?:[\w-]+, )+[\w-]+)(?: \(default: .*\))?$/.exec(option.description)?.[1];
  return list?.split(', ');
}

function flagsOf(command: Command): Flag[] {
  const visible = command.options.filter(({ hidden }) => !hidden);
  const flags = visible.flatMap((option): Flag[] => {
    const takesValue = option.required || option.optional;
    const file = /<(?:file|folder|dir)>/.test(option.flags);
    const rest = { text: option.description, takesValue, values: choicesOf(option), file };
    return [option.long, option.short].flatMap((name) => (name ? [{ name, ...rest }] : []));
  });
  const help = { text: 'what can be said', takesValue: false, values: undefined, file: false };
  return [...flags, { name: '--help', ...help }];
}

/** The program and every command below it. */
function placesOf(command: Command, path = ''): Place[] {
  const children = command.commands.map((child) => ({
    name: child.name(),
    text: child.description(),
  }));
  const [argument] = command.registeredArguments;
  const place: Place = {
    path,
    children,
    flags: flagsOf(command),
    values: argument?.argChoices ?? [],
    file: argument !== undefined && /^(?:file|folder)$/.test(argument.name()),
  };
  const below = command.commands.flatMap((child) =>
    placesOf(child, path === '' ? child.name() : `${path} ${child.name()}`),
  );
  return [place, ...below];
}

/** The script that completes the command lines of a program in a shell. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program);
  switch (shell) {
    case 'bash':
      return bash(program.name(), places);
    case 'zsh':
      return zsh(program.name(), places);
    case 'fish':
      return fish(program.name(), places);
  }
}

/** A word in single quotes, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Inside single quotes of fish a quote and a backslash are written with a backslash. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The part both shells share: which command the words before the cursor name. */
function caseOf(places: readonly Place[], of: (place: Place) => string): string {
  return places.map((place) => `    ${quoted(place.path)}) ${of(place)} ;;`).join('\n');
}

function wordsOf({ children, flags, values }: Place): string {
  return [...children.map(({ name }) => name), ...values, ...flags.map(({ name }) => name)].join(
    ' ',
  );
}

/** Flags with a value, by command: `path|--flag` and what stands behind it. */
function valueCases(places: readonly Place[], of: (flag: Flag) => string): string {
  return places
    .flatMap(({ path, flags }) =>
      flags
        .filter(({ takesValue }) => takesValue)
        .map((flag) => `    ${quoted(`${path}|${flag.name}`)}) ${of(flag)} ;;`),
    )
    .join('\n');
}

function bash(name: string, places: readonly Place[]): string {
  const values = valueCases(places, ({ values: choices, file }) =>
    choices !== undefined
      ? `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$current")); return`
      : file
        ? 'COMPREPLY=($(compgen -f -- "$current")); return'
        : 'return',
  );
  const files = places.filter(({ file }) => file).map(({ path }) => quoted(path));
  return `# bash completion for ${name}: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
    ${places
      .filter(({ path }) => path !== '')
      .map(({ path }) => quoted(path))
      .join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path|$previous" in
${values}
  esac
  case "$path" in
${caseOf(places, (place) => `COMPREPLY=($(compgen -W ${quoted(wordsOf(place))} -- "$current"))`)}
  esac
${files.length === 0 ? '' : `  case "$path" in\n    ${files.join(' | ')}) [[ $current == -* ]] || COMPREPLY+=($(compgen -f -- "$current")) ;;\n  esac\n`}}
complete -o filenames -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  const described = (word: string, text: string): string =>
    quoted(`${word.replaceAll(':', '\\:')}:${text.replaceAll('\n', ' ')}`);
  const list = ({ children, flags, values, file }: Place): string => {
    const words = [
      ...children.map((child) => described(child.name, child.text)),
      ...values.map((value) => described(value, '')),
      ...flags.map((flag) => described(flag.name, flag.text)),
    ];
    return `words_here=(${words.join(' ')})${file ? '; with_files=1' : ''}`;
  };
  const values = valueCases(places, ({ values: choices, file }) =>
    choices !== undefined
      ? `compadd -- ${choices.map(quoted).join(' ')}; return`
      : file
        ? '_files; return'
        : 'return',
  );
  return `#compdef ${name}
# zsh completion for ${name}: source <(${name} completion zsh)
_${name}() {
  local current_path='' word with_files='' i
  local -a words_here
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "\${current_path:+$current_path }$word" in
    ${places
      .filter(({ path }) => path !== '')
      .map(({ path }) => quoted(path))
      .join(' | ')}) current_path="\${current_path:+$current_path }$word" ;;
    esac
  done
  case "$current_path|\${words[CURRENT-1]}" in
${values}
  esac
  case "$current_path" in
${caseOf(places, list)}
  esac
  _describe '${name}' words_here
  [[ -z $with_files ]] || _files
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, children, flags, values, file }) => {
    const here = `complete -c ${name} -n ${fishQuoted(`__${name}_at ${fishQuoted(path)}`)}`;
    const word = (text: string, what: string): string =>
      `${here} -f -a ${fishQuoted(text)}${what === '' ? '' : ` -d ${fishQuoted(what)}`}`;
    return [
      ...children.map((child) => word(child.name, child.text)),
      ...values.map((value) => word(value, '')),
      ...(file ? [`${here} -F`] : []),
      ...flags.map((flag) => {
        const long = flag.name.startsWith('--');
        const dashes = long ? `-l ${flag.name.slice(2)}` : `-s ${flag.name.slice(1)}`;
        const choices = flag.values === undefined ? '' : ` -a ${fishQuoted(flag.values.join(' '))}`;
        const value = flag.takesValue ? ` -r${flag.file ? ' -F' : ' -f'}${choices}` : '';
        return `${here} ${dashes}${value} -d ${fishQuoted(flag.text)}`;
      }),
    ];
  });
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => fishQuoted(path));
  return `# fish completion for ${name}: ${name} completion fish | source
function __${name}_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$path $word")
    if contains -- $next ${paths.join(' ')}
      set path $next
    end
  end
  test "$path" = "$argv[1]"
end
complete -c ${name} -f
${lines.join('\n')}
`;
}
