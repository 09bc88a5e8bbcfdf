import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { backUp, backupsOf, lastBackupAt } from '../../src/store/connection/backups.ts';
import { damageIn, findDamage } from '../../src/store/connection/checkStore.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { repairStore } from '../../src/store/connection/repair.ts';
import { dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { build, filesBeside, same, scribble, workplace } from '../lib/storePlace.ts';

for (const engine of engines) {
  describe(`damage, ${engine}`, () => {
    test('a file that is no store is set aside, and transcripts fill a new one', () => {
      using dir = workplace();
      const expected = build(dir, dir.at('clean', 'outlay.db'), engine);
      mkdirSync(dir.at('data'));
      writeFileSync(dir.store, 'no database '.repeat(2000));
      const { db, damage } = openForWriting(dir.store, { engine });
      assert.match(basename(damage!.keptAs!), /^outlay\.db\.damaged-\d{4}-\d\d-\d\dT/);
      assert.equal(readFileSync(damage!.keptAs!, 'utf8').startsWith('no database'), true);
      assert.equal(damage!.restored, null);
      db.close();
      same(build(dir, dir.store, engine), expected);
    });

    test('a backup takes the place of a store whose pages are overwritten', () => {
      using dir = workplace();
      const expected = build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const backup = backUp(db, dir.store, new Date());
      db.close();
      // What stands in no transcript any more stands in the backup.
      rmSync(dir.at('projects'), { recursive: true });
      mkdirSync(dir.at('projects'));
      scribble(dir.store, 0, 4096);
      const { db: restored, damage } = openForWriting(dir.store, { engine });
      assert.equal(damage!.restored, backup);
      same(dumpStore(restored), expected);
      restored.close();
      same(build(dir, dir.store, engine), expected);
    });

    test('a backup that is damaged as well is passed over for the older one, else for none', () => {
      using dir = workplace();
      const expected = build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const older = backUp(db, dir.store, new Date('2026-11-01T00:00:00Z'));
      const newer = backUp(db, dir.store, new Date('2026-11-08T00:00:00Z'));
      db.close();
      scribble(dir.store, 0, 4096);
      scribble(newer, 0, 4096);
      const first = openForWriting(dir.store, { engine });
      assert.equal(first.damage!.restored, older);
      assert.deepEqual(backupsOf(dir.store), [older]);
      same(dumpStore(first.db), expected);
      first.db.close();
      scribble(dir.store, 0, 4096);
      scribble(older, 0, 4096);
      const second = openForWriting(dir.store, { engine });
      assert.equal(second.damage!.restored, null);
      second.db.close();
      // Whoever knows how may still get something out of them: not one file was deleted.
      const aside = filesBeside(dir.store).filter((name) => name.includes('.damaged-'));
      assert.deepEqual(
        aside.filter((name) => name.includes('backup')),
        [older, newer].map((backup) => basename(backup).replace('.backup', '.damaged-backup')),
      );
      assert.equal(aside.length, 4);
      same(build(dir, dir.store, engine), expected);
    });

    test('a damaged backup takes no sound one’s place, and is not deleted', () => {
      using dir = workplace();
      build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const [oldest, middle] = ['01', '08'].map((day) =>
        backUp(db, dir.store, new Date(`2026-11-${day}T00:00:00Z`)),
      );
      scribble(middle!, 0, 4096);
      const newest = backUp(db, dir.store, new Date('2026-11-15T00:00:00Z'));
      db.close();
      assert.deepEqual(backupsOf(dir.store), [newest, oldest]);
      assert.ok(existsSync(middle!.replace('.backup', '.damaged-backup')));
    });

    test('a missing store is not restored from a damaged backup', () => {
      using dir = workplace();
      const expected = build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const older = backUp(db, dir.store, new Date('2026-11-01T00:00:00Z'));
      scribble(backUp(db, dir.store, new Date('2026-11-08T00:00:00Z')), 8192, 8192);
      db.close();
      rmSync(dir.store);
      const restored = openForWriting(dir.store, { engine });
      assert.equal(restored.damage!.restored, older);
      same(dumpStore(restored.db), expected);
      restored.db.close();
    });

    test('a disk without room for the backup leaves the damaged store where it is', {
      skip: process.platform === 'win32',
    }, () => {
      using dir = workplace();
      const expected = build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const backup = backUp(db, dir.store, new Date());
      db.close();
      scribble(dir.store, 0, 4096);
      const module = new URL('../../src/store/connection/repair.ts', import.meta.url).href;
      const script = `import { repairStore } from '${module}';
        process.on('SIGXFSZ', () => {});
        try { repairStore(process.argv[1]); } catch (error) { console.log(error.message); }`;
      // No file may grow beyond 64 KB: the copy of the backup is cut short.
      const { stdout } = spawnSync(
        'sh',
        [
          '-c',
          'ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"',
          process.execPath,
          script,
          dir.store,
        ],
        { encoding: 'utf8' },
      );
      assert.match(stdout, /^The store .*outlay\.db /);
      const names = filesBeside(dir.store);
      assert.deepEqual(names, ['outlay.db', basename(backup)]);
      const { db: restored, damage } = openForWriting(dir.store, { engine });
      assert.equal(damage!.restored, backup);
      same(dumpStore(restored), expected);
      restored.close();
    });

    test('a store another program repaired meanwhile is not set aside', () => {
      using dir = workplace();
      build(dir, dir.store, engine);
      assert.equal(repairStore(dir.store), undefined);
      assert.equal(filesBeside(dir.store).filter((name) => name.includes('damaged')).length, 0);
    });

    test('an index that disagrees with its table is damage once something has met it', () => {
      using dir = workplace();
      build(dir, dir.store, engine);
      const { db } = openForWriting(dir.store, { engine });
      const { rootpage } = db
        .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message_at'")
        .get<{ rootpage: number }>()!;
      const at = (rootpage - 1) * 4096;
      const before = readFileSync(dir.store).subarray(at, at + 4096);
      db.exec('UPDATE message SET at = at + 1');
      db.close();
      const bytes = readFileSync(dir.store);
      bytes.set(before, at);
      writeFileSync(dir.store, bytes);
      assert.equal(damageIn(dir.store), undefined, 'the quick check does not see it');
      assert.match(repairStore(dir.store)!.reason, /missing from index message_at/);
    });

    test('damage inside is found by the check after an unclean end', () => {
      using dir = workplace();
      build(dir, dir.store, engine);
      const pages = Math.floor(statSync(dir.store).size / 4096);
      let found = 0;
      for (let page = 2; page < pages; page++) {
        const copy = dir.at('data', `copy-${page}.db`);
        writeFileSync(copy, readFileSync(dir.store));
        scribble(copy, page * 4096, 4096);
        const { db, damage } = openForWriting(copy, { engine });
        if (damage !== undefined || findDamage(db) !== undefined) found++;
        db.close();
      }
      assert.ok(found > (pages - 2) * 0.9, `${found} of ${pages - 2}`);
      const { db } = openForWriting(dir.store, { engine });
      assert.equal(findDamage(db), undefined);
      db.close();
    });

    test('two backups are kept, the newest is known, and half a one is none', () => {
      using dir = workplace();
      const { db } = openForWriting(dir.store, { engine });
      assert.deepEqual([backupsOf(dir.store), lastBackupAt(dir.store, Date.now())], [[], 0]);
      const made = ['01', '08', '15', '22'].map((day) =>
        backUp(db, dir.store, new Date(`2026-11-${day}T00:00:00Z`)),
      );
      assert.deepEqual(backupsOf(dir.store), [made[3], made[2]]);
      writeFileSync(`${dir.store}.backup-2026-11-29T00-00-00-000Z.part`, 'half');
      assert.deepEqual(backupsOf(dir.store), [made[3], made[2]]);
      utimesSync(made[3]!, 1000, 1000);
      assert.equal(lastBackupAt(dir.store, Date.now()), 1_000_000);
      // A clock that was ahead neither stops backups nor makes one the newest.
      utimesSync(made[3]!, 2_000_000_000, 2_000_000_000);
      assert.equal(lastBackupAt(dir.store, Date.now()), 0);
      const ahead = backUp(db, dir.store, new Date('2033-01-01T00:00:00Z'));
      assert.deepEqual(backupsOf(dir.store), [made[3], made[2]]);
      assert.equal(existsSync(ahead), false);
      assert.equal(existsSync(made[0]!), false);
      db.close();
    });
  });
}
