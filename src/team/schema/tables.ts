import { keyColumns, longestName, mostOfRow, sumColumns } from './columns.ts';

const sums = sumColumns.map((name) => `${name} bigint NOT NULL`).join(', ');
const bounded = sumColumns.map((name) => `${name} BETWEEN 0 AND ${mostOfRow}`).join(' AND ');
const isShort = Object.entries(longestName)
  .map(([name, length]) => `length(${name}) <= ${length}`)
  .join(' AND ');

/**
 * Tables of a team's ledger. `spend` holds what members sent, a row for each member, UTC day, machine and
 * key, in a partition for each month; its key leads with what a member asks for. `project_day`,
 * `member_day` and `member_month` are its sums, kept by triggers in the transaction that changes it. A project's name has no
 * slash in it: what looks like a path is refused here, whatever a client sends.
 */
export const tables = `
CREATE TABLE outlay.team (
  id int PRIMARY KEY CHECK (id = 1),
  name text NOT NULL,
  -- The database role of all members, and what the names of their logins begin with.
  role text NOT NULL,
  projects text NOT NULL CHECK (projects IN ('name', 'hash')),
  branches boolean NOT NULL,
  visible text NOT NULL CHECK (visible IN ('own', 'totals', 'members')),
  -- Key of the hashes of project names: the same project is the same for all members.
  salt text NOT NULL,
  -- Days before it stay as they are: their partitions may be put away, their sums are here.
  closed_before date NOT NULL DEFAULT '2020-01-01',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE outlay.member (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,31}$'),
  login text NOT NULL UNIQUE,
  admin boolean NOT NULL DEFAULT false,
  added_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE outlay.member_group (
  member int NOT NULL REFERENCES outlay.member ON DELETE CASCADE,
  name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,31}$'),
  PRIMARY KEY (member, name)
);
CREATE INDEX member_group_name ON outlay.member_group (name, member);

-- A machine is one data folder (instance) of a member, under the name its user gave it.
CREATE TABLE outlay.machine (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member int NOT NULL REFERENCES outlay.member ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  instance uuid NOT NULL,
  zone text NOT NULL DEFAULT '' CHECK (length(zone) <= 64),
  pushed_at timestamptz,
  UNIQUE (member, name),
  UNIQUE (member, id)
);

-- Which state of a day was sent last; states are ordered by their revision alone.
CREATE TABLE outlay.upload (
  member int NOT NULL, machine int NOT NULL, day date NOT NULL,
  revision bigint NOT NULL CHECK (revision > 0),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (member, machine, day),
  FOREIGN KEY (member, machine) REFERENCES outlay.machine (member, id) ON DELETE CASCADE
);

CREATE TABLE outlay.spend (
  member int NOT NULL, day date NOT NULL, machine int NOT NULL,
  local_day date NOT NULL,
  project text NOT NULL, model text NOT NULL, agent text NOT NULL, branch text NOT NULL,
  ${sums},
  catalogue date NOT NULL, revision bigint NOT NULL,
  PRIMARY KEY (member, day, machine, ${keyColumns.join(', ')}),
  CHECK (${bounded}),
  CHECK (background <= nano),
  CHECK (local_day BETWEEN day - 1 AND day + 1),
  CHECK (${isShort}),
  CHECK (position('/' IN project) = 0 AND position(chr(92) IN project) = 0)
) PARTITION BY RANGE (day);

CREATE TABLE outlay.project_day (
  day date NOT NULL, project text NOT NULL, model text NOT NULL, entries bigint NOT NULL,
  ${sums},
  PRIMARY KEY (day, project, model)
);
CREATE TABLE outlay.member_day (
  member int NOT NULL, day date NOT NULL, entries bigint NOT NULL,
  ${sums},
  PRIMARY KEY (member, day)
);
CREATE TABLE outlay.member_month (
  member int NOT NULL, month date NOT NULL, entries bigint NOT NULL,
  ${sums},
  PRIMARY KEY (member, month)
);
CREATE INDEX member_day_day ON outlay.member_day (day, member) INCLUDE (nano);
`;
