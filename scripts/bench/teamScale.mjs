/**
 * Loads a team's ledger as large as one may become and measures what is asked of it, on this machine with a
 * PostgreSQL server of its own.
 *
 *     node scripts/bench/teamScale.mjs [--members 10000] [--days 30] [--rows 33]
 *
 * Prints a table with each target, and whether it was met; ends with 1 where one was missed.
 */
import { parseArgs } from 'node:util';
import { exportRows, memberSpends } from '../../src/team/questions.ts';
import { sumColumns } from '../../src/team/schema/columns.ts';
import { PostgresServer } from '../../test/lib/postgres.ts';
import { machineOf, TeamWorld, teamRow } from '../../test/lib/teamWorld.ts';
import { requireNode24 } from '../shared/node24.mjs';

requireNode24();
const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '10000' },
    days: { type: 'string', default: '30' },
    rows: { type: 'string', default: '33' },
  },
});
const [members, days, rows] = [values.members, values.days, values.rows].map(Number);
if (![members, days, rows].every((number) => Number.isInteger(number) && number > 0)) {
  console.error('--members, --days and --rows are whole numbers above 0.');
  process.exit(2);
}
const questionMs = 200;
const uploadMs = 50;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const dayMs = 86_400_000;
const dayAt = (at) => new Date(at).toISOString().slice(0, 10);

await using server = await PostgresServer.start({
  ...{ fsync: 'on', shared_buffers: '1GB', work_mem: '32MB', max_wal_size: '4GB' },
  maintenance_work_mem: '512MB',
});
await using team = await TeamWorld.found(server, { visible: 'totals' });
const admin = await team.connect(await team.member('admin', true));
const login = await team.member('probe');
const probe = await team.connect(login);
const machine = await machineOf(probe);
const today = Date.parse(team.sql("SELECT (now() AT TIME ZONE 'UTC')::date"));
const first = today - (days - 1) * dayMs;

load();
const measured = [
  ...(await questions()),
  await uploads(1, 'an upload of a day, one after the other'),
  await uploads(8, 'an upload of a day, eight members at once, the same projects'),
];
report(measured);

/** Rows as members would have sent them; sums as the triggers would have kept them. */
function load() {
  const begun = performance.now();
  for (let day = first; day <= today; day += dayMs) {
    // As the probe, so that the partitions are made as they always are.
    server.sql(
      new URL(team.owner).pathname.slice(1),
      `SELECT outlay.ensure_month('${dayAt(day)}')`,
      {
        user: new URL(login).username,
        password: new URL(login).password,
      },
    );
  }
  const sums = sumColumns.map((name) => `sum(${name})`).join(', ');
  team.sql(`
    SET synchronous_commit = off;
    ALTER TABLE outlay.spend DISABLE TRIGGER USER;
    INSERT INTO outlay.member (name, login) SELECT 'm' || i, 'nobody-' || i FROM generate_series(1, ${members}) i;
    INSERT INTO outlay.member_group SELECT id, 'group-' || id % 100 FROM outlay.member;
    INSERT INTO outlay.machine (member, name, instance, pushed_at)
      SELECT id, 'laptop', gen_random_uuid(), now() FROM outlay.member WHERE name LIKE 'm%';
    INSERT INTO outlay.pool (scope, name, period, nano, ladder, action) VALUES
      ('team', '', 'month', 1e15, '50/75/90/100', 'notify'), ('member', '', 'day', 2e10, '50/75/90/100', 'ask'),
      ('group', 'group-1', 'week', 1e13, '50/75/90/100', 'notify');
    INSERT INTO outlay.spend (member, day, machine, local_day, project, model, agent, branch,
        ${sumColumns.join(', ')}, catalogue, revision)
      SELECT m.member, d.day::date, m.id, d.day::date, 'project-' || (m.member % 200 + k % 3),
        'claude-model-' || k / 3 % 4, 'agent-' || k / 12, '',
        ${sumColumns.map((name) => (name === 'background' ? '0' : `(random() * 1000000)::bigint`)).join(', ')},
        DATE '2026-11-01', 1
      FROM outlay.machine m, generate_series(DATE '${dayAt(first)}', DATE '${dayAt(today)}', '1 day') d(day),
        generate_series(0, ${rows - 1}) k WHERE m.name = 'laptop' AND m.id <> ${machine};
    INSERT INTO outlay.project_day SELECT day, project, model, count(*), ${sums} FROM outlay.spend GROUP BY 1, 2, 3;
    INSERT INTO outlay.member_day SELECT member, day, count(*), ${sums} FROM outlay.spend GROUP BY 1, 2;
    INSERT INTO outlay.member_month SELECT member, date_trunc('month', day)::date, count(*), ${sums}
      FROM outlay.spend GROUP BY 1, 2;
    ALTER TABLE outlay.spend ENABLE TRIGGER USER;
    ANALYZE;`);
  // What autovacuum does of itself once the loading is over.
  team.sql('VACUUM outlay.member_day, outlay.member_month, outlay.project_day');
  const [count, size] = team
    .sql('SELECT count(*), pg_size_pretty(pg_database_size(current_database())) FROM outlay.spend')
    .split('|');
  console.log(
    `${members} members × ${days} days × ${rows} rows: ${count} rows, ${size}, loaded in ${seconds(begun)}`,
  );
}

async function questions() {
  const within = { from: dayAt(first), to: dayAt(today + dayMs) };
  const mine = { from: dayAt(first), to: dayAt(today + dayMs) };
  // Calendar months, as a dashboard has them.
  const months = {
    from: `${dayAt(first).slice(0, 7)}-01`,
    to: `${dayAt(today + 31 * dayMs).slice(0, 7)}-01`,
  };
  const asked = {
    'how the pools stand (a member)': () =>
      probe.query('SELECT * FROM outlay.my_pools($1)', [machine]),
    'members, their spend and who is near a limit (admin)': () => memberSpends(admin),
    'a month by project': () => exportRows(probe, 'project', within),
    'a month by model': () => exportRows(probe, 'model', within),
    'a month by day': () => exportRows(probe, 'day', within),
    'a month by member (admin)': () => exportRows(admin, 'member', months),
    'a member’s own rows of a month': () => exportRows(probe, 'row', mine),
  };
  const found = [];
  for (const [name, ask] of Object.entries(asked)) {
    // The cache is warm, as that of a server in use.
    await ask();
    found.push({ name, ...(await times(20, ask)), target: questionMs });
  }
  return found;
}

async function times(count, ask) {
  const took = [];
  for (let at = 0; at < count; at += 1) {
    const begun = performance.now();
    await ask(at);
    took.push(performance.now() - begun);
  }
  return spread(took);
}

function spread(took) {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p95: at(0.95) };
}

/** Every upload changes every row of its day, in projects others upload to at the same time. */
async function uploads(atOnce, name) {
  const day = dayAt(today);
  const took = [];
  const one = async (own) => {
    const ledger = await team.connect(await team.member(`probe${atOnce}x${own}`));
    const mine = await machineOf(ledger);
    for (let revision = 1; revision <= 40; revision += 1) {
      const parcel = Array.from({ length: rows }, (_, k) =>
        teamRow(day, {
          ...{ project: `project-${k % 3}`, model: `claude-model-${Math.floor(k / 3) % 4}` },
          ...{ agent: `agent-${Math.floor(k / 12)}`, nano: revision * 1000 + own },
        }),
      );
      const begun = performance.now();
      await ledger.query('SELECT outlay.put_day($1, $2, $3, $4, $5)', [
        ...[mine, day, revision, '2026-11-01', JSON.stringify(parcel)],
      ]);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, own) => one(own)));
  // Who shares every project with seven others waits for them: measured, and no target.
  return { name, ...spread(took), target: atOnce === 1 ? uploadMs : undefined };
}

function report(list) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  console.log('\n| what | median | p95 | target | |\n| --- | ---: | ---: | ---: | --- |');
  for (const { name, median, p95, target } of list) {
    const held = target === undefined ? '' : p95 <= target ? 'met' : 'missed';
    console.log(
      `| ${name} | ${ms(median)} | ${ms(p95)} | ${target === undefined ? '–' : `${target} ms`} | ${held} |`,
    );
  }
  if (list.some(({ p95, target }) => p95 > target)) process.exitCode = 1;
}
