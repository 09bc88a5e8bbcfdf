import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { readMembership } from '../../../src/dataFolder/team/membership.ts';
import { readPools } from '../../../src/dataFolder/team/poolFile.ts';
import { readUploadState } from '../../../src/dataFolder/team/uploadState.ts';
import { HumanError } from '../../../src/model/errors.ts';
import { parseAddress } from '../../../src/team/address.ts';
import { openLedger } from '../../../src/team/connection.ts';
import { kindOfDays } from '../../../src/team/dayRows.ts';
import { foundTeam, renewMember } from '../../../src/team/found.ts';
import { joinTeam, leaveTeam } from '../../../src/team/membership.ts';
import type { TeamSource } from '../../../src/team/push.ts';
import { schemaVersion } from '../../../src/team/schema/migrations.ts';
import { scramVerifier } from '../../../src/team/scram.ts';
import { pushQuietly, pushToTeam, type TeamMachine } from '../../../src/team/sync.ts';
import { debianTool } from '../../lib/debianTool.ts';
import { PostgresServer } from '../../lib/postgres.ts';
import { sumsOnly, TeamWorld, teamDaysOf, teamRow } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

const day = '2026-11-20';
/** For who tests what is not waited for; others have time, as tests run beside each other. */
const soon = { connectMs: 2_000, statementMs: 300 };
const patience = { connectMs: 30_000, statementMs: 30_000 };

function machineWith(folder: string, nano: () => number, env = {}): TeamMachine {
  return {
    folder,
    env,
    sources: sumsOnly(() => teamDaysOf({ [day]: [teamRow(day, { nano: nano() })] })),
    catalogue: '2026-11-01',
    prices: 'p',
    everything: true,
    patience,
  };
}

async function join(folder: string, connection: string, machineName = 'laptop', takeOver = false) {
  return joinTeam({ folder, env: {} }, { connection, machineName, zone: 'UTC', takeOver });
}

const stands = 'SELECT sum(nano) FROM outlay.spend';

export function faultTests(server: () => PostgresServer): void {
  describe('a machine goes on, tells once, and catches up', () => {
    it('while the server is gone, and after it was killed', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await join(dir.path, await team.member('ada'));
      let nano = 1;
      const machine = machineWith(dir.path, () => nano);
      await pushToTeam(machine);
      server().stop('immediate');
      nano = 2;
      try {
        const first = await pushQuietly(machine);
        assert.ok(first !== undefined && 'text' in first);
        assert.match(
          first.text,
          /cannot be reached \(ECONNREFUSED\)\. What is not sent yet follows later\.$/,
        );
        assert.equal(first.told, false);
        assert.deepEqual(await pushQuietly(machine), { ...first, told: true });
        assert.equal(readUploadState(dir.path).problem?.text, first.text);
      } finally {
        server().resume();
      }
      assert.deepEqual(await pushQuietly(machine), { sent: 1, refused: [] });
      assert.equal(readUploadState(dir.path).problem, undefined);
      assert.equal(team.sql(stands), '2');
    });

    it('while it is slow: no statement takes longer than it may', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await join(dir.path, await team.member('ada'));
      const machine = machineWith(dir.path, () => 5);
      const blocking = await team.connect();
      await blocking.run('BEGIN; LOCK TABLE outlay.upload');
      await assert.rejects(pushToTeam({ ...machine, patience: soon }), /took too long/);
      await blocking.run('ROLLBACK');
      await pushToTeam(machine);
      assert.equal(team.sql(stands), '5');
    });

    it('and looks at old days once a day, or with other prices, and at the last ones always', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await join(dir.path, await team.member('ada'));
      const seen: (string | undefined)[] = [];
      const source: TeamSource = (_, since) => {
        seen.push(since);
        return { ...teamDaysOf({}), of: kindOfDays(prices, policy!) };
      };
      const policy = readMembership(dir.path, {})?.policy;
      let prices = 'p';
      const push = () =>
        pushToTeam({
          folder: dir.path,
          env: {},
          sources: sumsOnly(source),
          catalogue: '2026-11-01',
          prices,
        });
      await push();
      await push();
      prices = 'q';
      await push();
      const recent = new Date(Date.now() - 8 * 86_400_000).toISOString().slice(0, 10);
      assert.deepEqual(seen, ['', recent, '']);
    });

    it('while something listens there that never answers', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
      const { port } = silent.address() as { port: number };
      try {
        const address = `postgres://ada:secret@127.0.0.1:${port}/team`;
        await assert.rejects(
          openLedger(address, 'It', { ...soon, connectMs: 200 }),
          /team's server/,
        );
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });

    it('where a connection ends between two statements', async () => {
      await using team = await TeamWorld.found(server());
      const ledger = await team.connect(await team.member('ada'));
      team.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outlay' AND usename LIKE '%_ada'",
      );
      await assert.rejects(async () => {
        await ledger.query('SELECT 1');
        await ledger.query('SELECT 1');
      }, HumanError);
    });

    it('where the server has no room left', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await join(dir.path, await team.member('ada'));
      // What a full disk answers; filling one up is left to those who have one to spare.
      team.sql(`CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON outlay.upload EXECUTE FUNCTION public.full_disk()`);
      const machine = machineWith(dir.path, () => 3);
      await assert.rejects(pushToTeam(machine), /is out of disk space/);
      team.sql('DROP TRIGGER full_disk ON outlay.upload');
      await pushToTeam(machine);
      assert.equal(team.sql(stands), '3');
    });

    it('where the schema is newer than this Outlay, and writes nothing into it', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await join(dir.path, await team.member('ada'));
      const machine = machineWith(dir.path, () => 4);
      team.sql('INSERT INTO outlay.migration (version) VALUES (99)');
      await assert.rejects(
        pushToTeam(machine),
        new RegExp(
          `newer Outlay \\(schema 99, this one knows ${schemaVersion}\\)\\. Update Outlay`,
        ),
      );
      await assert.rejects(foundTeam(await team.connect(), undefined), /newer Outlay/);
      assert.equal(team.sql('SELECT count(*) FROM outlay.spend'), '0');
      team.sql('DELETE FROM outlay.migration WHERE version = 99');
      await pushToTeam(machine);
      assert.equal(team.sql(stands), '4');
    });
  });

  describe('the schema', () => {
    it('of an older version is brought up to date with all that is in it, once, whoever else does it', async () => {
      const owner = server().database();
      const plan = { name: 'Old', projects: 'name', branches: false, visible: 'own' } as const;
      const [one, two] = [await openLedger(owner, 'It'), await openLedger(owner, 'It')];
      try {
        assert.deepEqual(await foundTeam(one, plan, 1), { from: 0, to: 1 });
        await assert.rejects(
          async () => {
            using dir = tempDir();
            await join(dir.path, owner);
          },
          new RegExp(`older Outlay \\(schema 1 of ${schemaVersion}\\).*--upgrade`),
        );
        const both = await Promise.all([foundTeam(one, undefined), foundTeam(two, undefined)]);
        assert.deepEqual(both.map(({ from }) => from).sort(), [1, schemaVersion]);
      } finally {
        await one.close();
        await two.close();
      }
    });

    it('is made as a whole or not at all', async () => {
      const owner = server().database();
      const ledger = await openLedger(owner, 'It');
      try {
        const plan = { name: 'x', projects: 'neither', branches: false, visible: 'own' };
        await assert.rejects(foundTeam(ledger, plan as never), /23514/);
        assert.deepEqual(await ledger.query("SELECT to_regnamespace('outlay') AS there"), [
          { there: null },
        ]);
      } finally {
        await ledger.close();
      }
    });
  });

  describe('a membership', () => {
    it('is a file for its owner alone, and one that others can read is refused', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      const connection = await team.member('ada');
      await join(dir.path, connection);
      assert.equal(statSync(dir.at('team.json')).mode & 0o777, 0o600);
      assert.equal(readMembership(dir.path, {})?.connection, connection);
      const other = 'postgres://else@127.0.0.1/x';
      assert.equal(readMembership(dir.path, { OUTLAY_TEAM_URL: other })?.connection, other);
      execFileSync('chmod', ['644', dir.at('team.json')]);
      assert.throws(() => readMembership(dir.path, {}), /can be read by others/);
    });

    it('of a name another data folder has is refused, unless it is taken over', async () => {
      await using team = await TeamWorld.found(server());
      using one = tempDir();
      using two = tempDir();
      const connection = await team.member('ada');
      const first = await join(one.path, connection);
      await pushToTeam(machineWith(one.path, () => 1));
      await assert.rejects(
        join(two.path, connection),
        /has another machine named laptop.*--take-over/,
      );
      const second = await join(two.path, connection, 'laptop', true);
      assert.equal(second.machine, first.machine);
      // Its counter begins anew, and goes on where the ledger is.
      await pushToTeam(machineWith(two.path, () => 8));
      assert.equal(team.sql(stands), '8');
      // The folder that had the name before sends nothing any more.
      await assert.rejects(
        pushToTeam(machineWith(one.path, () => 64)),
        /Another data folder sends as laptop/,
      );
      assert.equal(team.sql(stands), '8');
      const elsewhere = await join(one.path, connection, 'desktop');
      assert.notEqual(elsewhere.machine, first.machine);
    });

    it('ends, and what was sent is deleted where that is asked for: of the machine, or of all', async () => {
      await using team = await TeamWorld.found(server());
      const connection = await team.member('ada');
      using one = tempDir();
      using two = tempDir();
      using three = tempDir();
      for (const [at, dir] of [one, two, three].entries()) {
        await join(dir.path, connection, `m${at}`);
        await pushToTeam(machineWith(dir.path, () => 10 ** at));
      }
      assert.notEqual(readPools(one.path), undefined);
      assert.equal(await leaveTeam(one.path, {}, 'nothing'), 0);
      assert.equal(readPools(one.path), undefined);
      assert.equal(team.sql(stands), '111');
      assert.equal(await leaveTeam(two.path, {}, 'machine'), 1);
      assert.equal(team.sql('SELECT sum(nano) FROM outlay.member_day'), '101');
      await join(two.path, connection, 'm1');
      await (await team.connect(connection)).query('SELECT outlay.forget_machine(NULL)');
      const late = machineWith(three.path, () => 4);
      await assert.rejects(pushToTeam(late), /no longer knows this machine, m2/);
      for (const [at, dir] of [one, two, three].entries()) {
        await leaveTeam(dir.path, {}, 'nothing').catch(() => {});
        await join(dir.path, connection, `m${at}`);
        if (at !== 1) await pushToTeam(machineWith(dir.path, () => 10 ** at));
      }
      assert.equal(await leaveTeam(three.path, {}, 'member'), 2);
      assert.equal(team.sql('SELECT count(*) FROM outlay.project_day'), '0');
      await assert.rejects(leaveTeam(three.path, {}, 'nothing'), /has joined no team/);
    });

    it('is renewed: the old password is none any more, and a removed member comes back', async () => {
      await using team = await TeamWorld.found(server());
      const owner = await team.connect();
      const before = await team.member('ada');
      const { password } = await renewMember(owner, 'ada');
      await assert.rejects(team.connect(before), /does not know this login/);
      const after = new URL(before);
      after.password = password;
      await team.connect(after.href);
      await owner.query("SELECT outlay.remove_member('ada', false)");
      after.password = (await renewMember(owner, 'ada')).password;
      await team.connect(after.href);
      await assert.rejects(renewMember(owner, 'nobody'), /no member nobody/);
    });

    it('is never in the server’s log with its password', () => {
      const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
      // The example of RFC 7677.
      assert.equal(
        verifier,
        'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
      );
    });
  });

  describe('a connection', () => {
    it('that leaves the machine is encrypted, and to who can prove who they are', async () => {
      using dir = tempDir();
      const openssl = debianTool('openssl', ['openssl']);
      for (const name of ['right', 'wrong']) {
        const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
        const files = ['-keyout', dir.at(`${name}.key`), '-out', dir.at(`${name}.pem`)];
        const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
        const args = [...kind, '-nodes', '-days', '3650', ...names, ...files];
        execFileSync(openssl.path, args, {
          stdio: 'ignore',
          env: { ...process.env, ...openssl.env },
        });
      }
      await using tls = await PostgresServer.start(
        {},
        { key: dir.at('right.key'), cert: dir.at('right.pem') },
      );
      const address = (host: string, more: string): string =>
        tls.address('postgres').replace('127.0.0.1', host).concat(`?sslmode=verify-full${more}`);
      const right = `&sslrootcert=${dir.at('right.pem')}`;
      const ledger = await openLedger(address('localhost', right), 'It');
      const [row] = await ledger.query<{ ssl: boolean }>(
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      await ledger.close();
      assert.equal(row!.ssl, true);
      const proof = /could not prove who it is/;
      await assert.rejects(openLedger(address('localhost', ''), 'It'), proof);
      const wrong = `&sslrootcert=${dir.at('wrong.pem')}`;
      await assert.rejects(openLedger(address('localhost', wrong), 'It'), proof);
      // The certificate is for another name.
      await assert.rejects(openLedger(address('127.0.0.1', right), 'It'), proof);
      // A server without TLS is not asked.
      const plain = server().address('postgres').concat('?sslmode=verify-full');
      await assert.rejects(openLedger(plain, 'It'), /team's server/);
    });

    it('is named by a string whose faults are told without it', () => {
      const secret = 'sesame';
      const refused = [
        'sesame',
        'https://a:sesame@b/c',
        'postgres://a:sesame@b',
        'postgres://:sesame@b/c',
        'postgres://a:sesame@b/c?sslmode=require',
        'postgres://a:sesame@b/c?sslmode=disable',
        'postgres://a:sesame@b/c?options=-csearch_path',
        'postgres://a:sesame@b/c?sslrootcert=/nowhere/ca.pem',
      ];
      for (const text of refused) {
        assert.throws(
          () => parseAddress(text, 'The invitation'),
          (error: Error) => error instanceof HumanError && !error.message.includes(secret),
          text,
        );
      }
      assert.deepEqual(parseAddress('postgres://a:p%40ss@db.example:6432/team', 'It'), {
        ...{ host: 'db.example', port: 6432, database: 'team', user: 'a', password: 'p@ss' },
        tls: { ca: undefined },
      });
      assert.equal(parseAddress('postgres://a@x/team?host=/run/pg', 'It').host, '/run/pg');
      assert.equal(parseAddress('postgres://a@127.0.0.1/team', 'It').tls, undefined);
    });
  });

  it('what stays in the data folder is for its owner alone, and holds no password but one', async () => {
    await using team = await TeamWorld.found(server());
    using dir = tempDir();
    const connection = await team.member('ada');
    await join(dir.path, connection);
    await pushToTeam(machineWith(dir.path, () => 1));
    const { password } = new URL(connection);
    for (const file of ['team-uploads.json', 'team-pools.json', 'team-figures.json']) {
      assert.ok(!readFileSync(dir.at(file), 'utf8').includes(password));
      assert.equal(statSync(dir.at(file)).mode & 0o777, 0o600);
    }
  });
}
