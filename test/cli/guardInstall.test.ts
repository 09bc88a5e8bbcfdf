import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unguardedSessions } from '../../src/guard/install/guardStatus.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { hook, spent } from './guardHook.ts';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

describe('outlay guard install', () => {
  const settings = (world: CliWorld): string => join(world.root, 'settings.json');

  function prepare(world: CliWorld, content?: string): string {
    mkdirSync(join(world.root, 'projects'), { recursive: true });
    if (content !== undefined) writeFileSync(settings(world), content);
    return settings(world);
  }

  test('shows the change and writes nothing; --yes writes it; undone to the letter', () => {
    using world = new CliWorld();
    const own =
      '{\n\t"model": "opus", // mine\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}\n}';
    const file = prepare(world, own);
    const shown = world.on('guard', 'install');
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /\+\t\t"PreToolUse": \[/);
    assert.match(shown.out, /--yes writes it/);
    assert.equal(readFileSync(file, 'utf8'), own);
    assert.equal(existsSync(world.dir.at('data', 'guard-installs.json')), false);
    const installed = world.json('guard', 'install', '--yes');
    assert.equal(installed.written, true);
    const after = readFileSync(file, 'utf8');
    assert.ok(after.startsWith('{\n\t"model": "opus", // mine\n'));
    const launcher = world.dir.at('data', 'bin', 'outlay');
    assert.ok(after.includes(JSON.stringify(launcher)));
    assert.ok(existsSync(launcher), 'the launcher is there');
    assert.equal(world.json('guard', 'install', '--yes').written, false, 'idempotent');
    assert.equal(readFileSync(file, 'utf8'), after);
    assert.match(world.on('guard', 'status').out, /Installed in the user settings/);
    assert.equal(world.json('guard', 'uninstall', '--yes').written, true);
    assert.equal(readFileSync(file, 'utf8'), own);
    const left = readdirSync(world.dir.at('data')).filter((name) => /guard-|claude-/.test(name));
    assert.deepEqual(left, []);
    assert.match(world.on('guard', 'status').out, /not installed: no budget acts/);
  });

  test('what others have changed since stays', () => {
    using world = new CliWorld();
    const file = prepare(world, '{}');
    world.on('guard', 'install', '--yes');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('{', '{\n  "theme": "dark",'));
    world.on('guard', 'uninstall', '--yes');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { theme: 'dark' });
  });

  test('strict and the limit of depth come with the settings', () => {
    using world = new CliWorld();
    const file = prepare(world, '{\n  "env": { "A": "1" }\n}\n');
    world.settings({ 'outlay.guard.strict': true, 'outlay.guard.maxHops': 2 });
    world.on('guard', 'install', '--yes');
    const { hooks, env } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(env.CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH, '2');
    assert.equal(hooks.PreToolUse[0].hooks[0].onFailure, 'block');
    assert.deepEqual(hooks.PreToolUse[0].hooks[0].args, ['guard', 'PreToolUse', '--strict']);
    assert.equal(hooks.Stop[0].hooks[0].onFailure, undefined);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"A": "1"', '"A": "2"'));
    world.on('guard', 'uninstall', '--yes');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { env: { A: '2' } });
  });

  test('a project’s settings are written only where that is asked for', () => {
    using world = new CliWorld();
    prepare(world);
    world.cwd = world.dir.at('shop');
    mkdirSync(world.cwd);
    world.on('guard', 'install', '--local', '--yes');
    assert.ok(existsSync(join(world.cwd, '.claude', 'settings.local.json')));
    assert.equal(existsSync(join(world.cwd, '.claude', 'settings.json')), false);
    assert.equal(existsSync(settings(world)), false);
    world.on('guard', 'uninstall', '--local', '--yes');
    assert.equal(existsSync(join(world.cwd, '.claude', 'settings.local.json')), false);
    assert.equal(world.on('guard', 'install', '--local', '--project').code, 2);
  });

  test('is refused where hooks do not run, and where the file is no settings', () => {
    using world = new CliWorld();
    const file = prepare(world, '{"disableAllHooks": true}');
    const off = world.on('guard', 'install', '--yes');
    assert.equal(off.code, 2);
    assert.match(off.err, /disableAllHooks/);
    assert.equal(readFileSync(file, 'utf8'), '{"disableAllHooks": true}');
    for (const text of ['[]', '{"hooks": 3}', '{"a": ']) {
      writeFileSync(file, text);
      assert.equal(world.on('guard', 'install', '--yes').code, 2, text);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  test('a session that spends without the guard is named, with the reason', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const status = () => world.json('guard', 'status');
    assert.match(status().sessions[0].reason, /not installed/);
    world.on('guard', 'install', '--yes');
    assert.match(status().sessions[0].reason, /before the guard was installed/);
    await hook(world, 'Stop', { transcript_path });
    const [session] = status().sessions;
    assert.deepEqual([session.guarded, session.reason], [true, null]);
  });

  test('it is marked where the guard is installed for it, and nowhere else', () => {
    using world = new CliWorld();
    prepare(world);
    // Two projects; the sessions ended a minute ago, and no hook ran at the end of their turns.
    const folders = ['shop', 'forge'].map((name) => world.dir.at(name));
    for (const [index, cwd] of folders.entries()) {
      mkdirSync(cwd, { recursive: true });
      const sessionId = `aaaaaaaa-0000-4000-8000-00000000000${index + 1}`;
      const record = answerRecord(`a${index}`, 'claude-opus-4-7', usageOf({ input: 1000 }), {
        ...{ sessionId, cwd, timestamp: new Date(now - 60_000).toISOString() },
      });
      world.transcript(`p${index}/${sessionId}.jsonl`, [record]);
    }
    const marked = (): string[] => {
      const db = openForReading(world.dir.at('data', 'outlay.db'))!;
      try {
        const places = { configDir: world.root, dataFolder: world.dir.at('data') };
        return unguardedSessions(db, places, now)
          .map(({ sid, reason }) => `${sid.at(-1)} ${reason}`)
          .sort();
      } finally {
        db.close();
      }
    };
    /** As if it had been installed before anything was spent. */
    const longAgo = (): void => {
      const file = world.dir.at('data', 'guard-installs.json');
      const text = readFileSync(file, 'utf8').replace(/"at": \d+/g, '"at": 1');
      writeFileSync(file, text);
    };
    world.env = { CLAUDE_CONFIG_DIR: world.root };
    world.run('index');
    assert.deepEqual(marked(), [], 'it is installed nowhere');
    world.cwd = folders[0];
    world.run('guard', 'install', '--local', '--yes');
    longAgo();
    assert.deepEqual(marked(), ['1 noHooks'], 'in one project');
    world.run('guard', 'install', '--yes');
    assert.deepEqual(marked(), ['1 noHooks', '2 noHooks'], 'everywhere');
  });

  test('what a budget says it does is true', () => {
    using world = new CliWorld();
    prepare(world);
    spent(world);
    const set = world.on('budget', 'set', '0.5', '--period', 'day', '--action', 'stop');
    assert.match(set.out, /Nothing enforces it yet: "outlay guard install"/);
    const advice = (): string =>
      JSON.parse(world.on('budget', 'check', '--json').out).recommended_action;
    assert.match(advice(), /Nothing is refused, as the guard/);
    world.on('guard', 'install', '--yes');
    assert.match(advice(), /The run is stopped/);
    assert.doesNotMatch(
      world.on('budget', 'set', '0.5', '--period', 'day', '--action', 'stop').out,
      /Nothing enforces/,
    );
  });
});
