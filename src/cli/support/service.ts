import { join, win32 } from 'node:path';

/** Systems that run something for a user in the background, each in its own way. */
export const servicePlatforms = ['linux', 'darwin', 'win32'] as const;
export type ServicePlatform = (typeof servicePlatforms)[number];

/** What a service of the user's runs, and where it belongs. */
export interface ServicePlan {
  /** The program by its absolute path, and its arguments. */
  readonly command: readonly string[];
  /** Variables it needs besides those of the session. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly dataFolder: string;
  /** `XDG_CONFIG_HOME`, where it is set. */
  readonly configHome: string | undefined;
  /** Number of the user; of macOS's agents. */
  readonly uid: number;
}

/** A file to be written and programs to be run, one after the other. Undone by `undo`, then by deleting the file. */
export interface Service {
  readonly file: string;
  readonly content: string;
  /** UTF-16 with its mark, as Windows wants task definitions. */
  readonly wide: boolean;
  readonly start: readonly (readonly string[])[];
  /** Before the file is deleted; a program that fails because nothing runs is no failure. */
  readonly stop: readonly (readonly string[])[];
  /** After it is deleted. */
  readonly after: readonly (readonly string[])[];
}

/** The mark by which a file is known to be ours. */
export const serviceMark =
  'Written by "outlay alerts install"; "outlay alerts uninstall" removes it.';

const unit = 'outlay-alerts.service';
const label = 'dev.outlay.alerts';
const task = 'Outlay Alerts';

/** The service as a platform wants it written down. */
export function serviceOf(platform: ServicePlatform, plan: ServicePlan): Service {
  return { linux: systemd, darwin: launchd, win32: scheduledTask }[platform](plan);
}

function systemd({ command, env, home, configHome }: ServicePlan): Service {
  const file = join(configHome || join(home, '.config'), 'systemd', 'user', unit);
  const variables = Object.entries(env).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`, false)}`,
  );
  const lines = [
    `# ${serviceMark}`,
    '[Unit]',
    'Description=Alerts of Outlay: what Claude Code costs',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${command.map((word) => systemdWord(word, true)).join(' ')}`,
    ...variables,
    'Restart=on-failure',
    'RestartSec=60',
    'Nice=10',
    '',
    '[Install]',
    'WantedBy=default.target',
  ];
  const systemctl = (...words: string[]): string[] => ['systemctl', '--user', ...words];
  return {
    file,
    content: `${lines.join('\n')}\n`,
    wide: false,
    start: [systemctl('daemon-reload'), systemctl('enable', '--now', unit)],
    stop: [systemctl('disable', '--now', unit)],
    after: [systemctl('daemon-reload')],
  };
}

/** A word of a unit file: quoted; per cent signs, and in command lines dollar signs, mean something there. */
function systemdWord(text: string, inCommand: boolean): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('%', '%%');
  return `"${inCommand ? escaped.replaceAll('$', '$$$$') : escaped}"`;
}

function launchd({ command, env, home, uid }: ServicePlan): Service {
  const file = join(home, 'Library', 'LaunchAgents', `${label}.plist`);
  const string = (text: string, depth: string): string => `${depth}<string>${xml(text)}</string>`;
  const variables = Object.entries(env).flatMap(([name, value]) => [
    `    <key>${xml(name)}</key>`,
    string(value, '    '),
  ]);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${serviceMark} -->`,
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    string(label, '  '),
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...command.map((word) => string(word, '    ')),
    '  </array>',
    ...(variables.length === 0
      ? []
      : ['  <key>EnvironmentVariables</key>', '  <dict>', ...variables, '  </dict>']),
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>KeepAlive</key>',
    '  <dict>',
    '    <key>SuccessfulExit</key>',
    '    <false/>',
    '  </dict>',
    '  <key>ThrottleInterval</key>',
    '  <integer>60</integer>',
    '  <key>ProcessType</key>',
    string('Background', '  '),
    '</dict>',
    '</plist>',
  ];
  return {
    file,
    content: `${lines.join('\n')}\n`,
    wide: false,
    start: [['launchctl', 'bootstrap', `gui/${uid}`, file]],
    stop: [['launchctl', 'bootout', `gui/${uid}/${label}`]],
    after: [],
  };
}

function scheduledTask({ command, env, dataFolder }: ServicePlan): Service {
  const file = win32.join(dataFolder, 'alerts-task.xml');
  const [program = '', ...words] = command;
  // A task has no variables of its own.
  const lacking = Object.keys(env).length > 0;
  const lines = [
    '<?xml version="1.0" encoding="UTF-16"?>',
    `<!-- ${serviceMark} -->`,
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    `    <Description>Alerts of Outlay: what Claude Code costs${lacking ? xml(`. Needs the user's variables ${Object.keys(env).join(', ')}`) : ''}</Description>`,
    '  </RegistrationInfo>',
    '  <Triggers>',
    '    <LogonTrigger>',
    '      <Enabled>true</Enabled>',
    '    </LogonTrigger>',
    '  </Triggers>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <Priority>7</Priority>',
    '    <RestartOnFailure>',
    '      <Interval>PT1M</Interval>',
    '      <Count>10</Count>',
    '    </RestartOnFailure>',
    '  </Settings>',
    '  <Actions>',
    '    <Exec>',
    `      <Command>${xml(program)}</Command>`,
    `      <Arguments>${xml(words.map(windowsWord).join(' '))}</Arguments>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
  ];
  return {
    file,
    content: `${lines.join('\r\n')}\r\n`,
    wide: true,
    start: [
      ['schtasks', '/Create', '/TN', task, '/XML', file],
      ['schtasks', '/Run', '/TN', task],
    ],
    stop: [
      ['schtasks', '/End', '/TN', task],
      ['schtasks', '/Delete', '/TN', task, '/F'],
    ],
    after: [],
  };
}

/** A word as programs of Windows take command lines apart. */
function windowsWord(word: string): string {
  if (/^[\w.:\\/=+-]+$/.test(word)) return word;
  const escaped = word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1');
  return `"${escaped}"`;
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
