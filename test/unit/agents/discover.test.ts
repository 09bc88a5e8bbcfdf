import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { describe, test } from 'node:test';
import { desktopLog } from '../../../src/agents/claude/desktopLog.ts';
import { discover, locationOf } from '../../../src/agents/claude/discover.ts';
import { processorMs } from '../../lib/processorTime.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** Makes empty files below a folder. */
function make(dir: TempDir, ...paths: string[]): void {
  for (const path of paths) {
    const file = dir.at(...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
  }
}

interface Found {
  readonly files: string[];
  readonly metaFiles: string[];
  readonly unreadable: string[];
}

function found(projects: string): Found {
  const { files, metaFiles, unreadable } = discover(projects);
  const local = (paths: readonly string[]): string[] =>
    paths.map((path) => relative(projects, path).split(sep).join('/')).sort();
  return {
    files: local(files.map(({ path }) => path)),
    metaFiles: local(metaFiles),
    unreadable: unreadable.map(({ path, code }) => `${relative(projects, path)} ${code}`),
  };
}

test('every layout of transcripts, and nothing else', () => {
  using dir = tempDir();
  const wanted = [
    'p/agent-0a1b2c3d.jsonl',
    'p/s1.jsonl',
    'p/s1/subagents/agent-a1.jsonl',
    'p/s1/subagents/workflows/wf_1/agent-a2.jsonl',
    'q/deeper/than/expected/s2.jsonl',
    's3.jsonl',
  ];
  const meta = ['p/s1/subagents/agent-a1.meta.json'];
  make(
    dir,
    ...wanted,
    ...meta,
    'p/s1/subagents/workflows/wf_1/journal.jsonl',
    'p/s1/tool-results/spilled.jsonl',
    'p/notes.txt',
    'p/other.meta.json',
    'p/s1.jsonl.bak',
    'p/.jsonl.swp',
  );
  assert.deepEqual(found(dir.path), { files: wanted, metaFiles: meta, unreadable: [] });
});

test('a folder that is called like a transcript is no transcript', () => {
  using dir = tempDir();
  make(dir, 'p/odd.jsonl/s1.jsonl');
  assert.deepEqual(found(dir.path).files, ['p/odd.jsonl/s1.jsonl']);
});

test('size, time and identity of a file', () => {
  using dir = tempDir();
  writeFileSync(dir.at('s1.jsonl'), 'twelve bytes');
  const [file] = discover(dir.path).files;
  assert.equal(file?.size, 12);
  assert.match(file?.inode ?? '', /^\d+:\d+$/);
  assert.ok(Number.isInteger(file?.mtimeMs) && Math.abs(file!.mtimeMs - Date.now()) < 60_000);
});

test('names that are no UTF-8 are named as unreadable', {
  skip: process.platform !== 'linux',
}, () => {
  using dir = tempDir();
  make(dir, 'projects/p/s.jsonl');
  const strange = (...parts: string[]): Buffer =>
    Buffer.concat([Buffer.from(`${dir.at('projects', ...parts)}/`), Buffer.from([0xff, 0xfe])]);
  mkdirSync(strange());
  writeFileSync(Buffer.concat([strange('p'), Buffer.from('.jsonl')]), '');
  writeFileSync(Buffer.concat([strange('p'), Buffer.from('.txt')]), '');
  const { files, unreadable } = found(dir.at('projects'));
  assert.deepEqual(files, ['p/s.jsonl']);
  assert.deepEqual(unreadable.sort(), [
    'p/\ufffd\ufffd.jsonl its name is no UTF-8',
    '\ufffd\ufffd its name is no UTF-8',
  ]);
});

describe('links', () => {
  test('to files and folders elsewhere are followed', () => {
    using dir = tempDir();
    using elsewhere = tempDir();
    make(elsewhere, 'p/s1.jsonl', 's2.jsonl', 'notes.txt');
    symlinkSync(elsewhere.at('p'), dir.at('linked'));
    symlinkSync(elsewhere.at('s2.jsonl'), dir.at('s2.jsonl'));
    symlinkSync(elsewhere.at('notes.txt'), dir.at('notes.txt'));
    assert.deepEqual(found(dir.path).files, ['linked/s1.jsonl', 's2.jsonl']);
  });

  test('in a loop end, and give each file once', () => {
    using dir = tempDir();
    make(dir, 'p/s1.jsonl');
    symlinkSync(dir.path, dir.at('p', 'up'));
    symlinkSync(dir.at('p'), dir.at('p', 'self'));
    assert.deepEqual(found(dir.path), { files: ['p/s1.jsonl'], metaFiles: [], unreadable: [] });
  });

  test('to each other end, and give each file once', () => {
    using dir = tempDir();
    using other = tempDir();
    make(other, 's1.jsonl');
    symlinkSync(other.path, dir.at('one'));
    symlinkSync(other.path, dir.at('two'));
    symlinkSync(other.path, other.at('loop'));
    assert.equal(found(dir.path).files.length, 1);
  });

  test('to a folder beside give its files once', () => {
    using dir = tempDir();
    make(dir, 'p/s1.jsonl');
    symlinkSync(dir.at('p'), dir.at('a-link'));
    assert.equal(found(dir.path).files.length, 1);
  });

  test('to the root of the file system, and to every folder above, are loops', () => {
    using dir = tempDir();
    make(dir, 'projects/p/s.jsonl', 'beside.jsonl');
    symlinkSync('/', dir.at('projects/p/root'));
    symlinkSync(dir.path, dir.at('projects/above'));
    assert.deepEqual(found(dir.at('projects')), {
      files: ['p/s.jsonl'],
      metaFiles: [],
      unreadable: [],
    });
  });

  test('to more folders than a history has are followed so far, and that is said', () => {
    using dir = tempDir();
    make(dir, 'projects/p/s.jsonl');
    for (let i = 0; i < 150; i++) {
      for (let j = 0; j < 150; j++) mkdirSync(dir.at(`disk/${i}/${j}`), { recursive: true });
    }
    symlinkSync(dir.at('disk'), dir.at('projects/disk'));
    const { files, unreadable } = found(dir.at('projects'));
    assert.deepEqual([files, unreadable], [['p/s.jsonl'], ['disk too many folders behind links']]);
  });

  test('by the thousand take no longer than as many files', () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    mkdirSync(dir.at('elsewhere'));
    for (let i = 0; i < 4000; i++) {
      writeFileSync(dir.at(`projects/p/${i}.jsonl`), '');
      writeFileSync(dir.at(`elsewhere/${i}.jsonl`), '');
    }
    const plain = processorMs(() => discover(dir.at('projects')));
    for (let i = 0; i < 4000; i++) {
      symlinkSync(dir.at(`elsewhere/${i}.jsonl`), dir.at(`projects/p/link-${i}.jsonl`));
    }
    let count = 0;
    const linked = processorMs(() => {
      count = discover(dir.at('projects')).files.length;
    });
    assert.equal(count, 8000);
    // A set of all files for each link took a hundred times as long.
    assert.ok(linked < 20 * plain + 200, `${linked} ms instead of ${plain}`);
  });

  test('that lead nowhere are passed over', () => {
    using dir = tempDir();
    make(dir, 's1.jsonl');
    symlinkSync(dir.at('gone.jsonl'), dir.at('s0.jsonl'));
    assert.deepEqual(found(dir.path), { files: ['s1.jsonl'], metaFiles: [], unreadable: [] });
  });

  test('that point at themselves are named', () => {
    using dir = tempDir();
    make(dir, 's1.jsonl');
    symlinkSync(dir.at('self.jsonl'), dir.at('self.jsonl'));
    assert.deepEqual(found(dir.path), {
      files: ['s1.jsonl'],
      metaFiles: [],
      unreadable: ['self.jsonl ELOOP'],
    });
  });
});

describe('what cannot be looked into', () => {
  test('no folder at all', () => {
    using dir = tempDir();
    assert.deepEqual(found(dir.at('none')), { files: [], metaFiles: [], unreadable: [' ENOENT'] });
  });

  test('a path longer than the system allows', () => {
    using dir = tempDir();
    assert.deepEqual(found(dir.at('x'.repeat(5000))).unreadable.length, 1);
  });

  test('a file where the folder should be', () => {
    using dir = tempDir();
    make(dir, 'projects');
    assert.deepEqual(found(dir.at('projects')).unreadable, [' ENOTDIR']);
  });
});

describe('places', () => {
  const cases: [path: string, session: string, agent: string, workflow: string][] = [
    ['p/s1.jsonl', 's1', '', ''],
    ['p/agent-0a1b.jsonl', 'agent-0a1b', '0a1b', ''],
    ['p/s1/subagents/agent-a1.jsonl', 's1', 'a1', ''],
    ['p/s1/subagents/agent-a1.meta.json', 's1', 'a1', ''],
    ['p/s1/subagents/workflows/wf_7/agent-a2.jsonl', 's1', 'a2', 'wf_7'],
  ];
  for (const [path, sessionId, agentId, workflow] of cases) {
    test(path, () => {
      using dir = tempDir();
      const place = locationOf(dir.path, dir.at(...path.split('/')));
      assert.deepEqual(place, { path, sessionId, agentId, workflow });
    });
  }
});

test('of Claude Desktop’s sessions only what their configuration directories hold', () => {
  using dir = tempDir();
  const at = (path: string): string => dir.at(...path.split('/'));
  const wanted = [
    'org/acct/agent/local_2/.claude/projects/-sessions-y/s2.jsonl',
    'org/acct/local_1/.claude/projects/-sessions-x/s1.jsonl',
    'org/acct/local_1/.claude/projects/-sessions-x/s1/subagents/agent-a1.jsonl',
  ];
  const other = [
    'org/acct/local_1/audit.jsonl',
    'org/acct/local_1/uploads/data.jsonl',
    'org/acct/local_1/uploads/.claude/projects/p/theirs.jsonl',
    'org/acct/local_1/.claude/history.jsonl',
    'org/acct/local_1.json',
  ];
  make(dir, ...wanted, ...other);
  const root = desktopLog.rootAt(dir.path, 'default');
  const { files, unreadable } = desktopLog.discover(root);
  const local = files.map(({ path }) => relative(root.path, path).split(sep).join('/'));
  assert.deepEqual([local.sort(), unreadable], [wanted, []]);
  for (const path of wanted) assert.equal(desktopLog.kindOf(at(path)), 'transcript', path);
  assert.equal(desktopLog.kindOf(at(other[0]!)), undefined);
  assert.deepEqual(
    wanted.map((path) => {
      const { sessionId, agentId } = desktopLog.locationOf(root, `${root.path}/${path}`);
      return [sessionId, agentId];
    }),
    [
      ['s2', ''],
      ['s1', ''],
      ['s1', 'a1'],
    ],
  );
});
