import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  figuresOf,
  keepTeamFigures,
  noteTeamProblem,
  readTeamFigures,
  type TeamFigures,
} from '../../../src/dataFolder/team/figuresFile.ts';
import { tempDir } from '../../lib/tempDir.ts';

const figures = (from: string, more: Partial<TeamFigures> = {}): TeamFigures => ({
  ...{ from, to: '2026-12-01', askedAt: 1, sees: 'totals', total: 5 },
  members: { first: [{ name: 'ada', nano: 5, share: 0.5, pushedAt: null }], of: 1 },
  projects: { first: [{ name: 'shop', nano: 5 }], of: 70 },
  models: { first: [], of: 0 },
  ...more,
});

describe('the file with what a team’s ledger answered', () => {
  it('keeps the answers of late, each about its days once, and none of another policy or team', () => {
    using dir = tempDir();
    assert.deepEqual(readTeamFigures(dir.path), { team: '', answers: [], problem: undefined });
    for (let day = 1; day <= 9; day += 1) {
      keepTeamFigures(dir.path, 'Acme', figures(`2026-11-0${day}`));
    }
    keepTeamFigures(dir.path, 'Acme', figures('2026-11-08', { askedAt: 2 }));
    const { answers } = readTeamFigures(dir.path);
    assert.equal(answers.length, 6);
    assert.deepEqual(answers[0], figures('2026-11-08', { askedAt: 2 }));
    assert.equal(answers.filter(({ from }) => from === '2026-11-08').length, 1);
    keepTeamFigures(dir.path, 'Acme', figures('2026-11-02', { sees: 'own' }));
    assert.equal(readTeamFigures(dir.path).answers.length, 1);
    keepTeamFigures(dir.path, 'Other', figures('2026-11-03', { sees: 'own' }));
    assert.deepEqual(
      readTeamFigures(dir.path).answers.map(({ from }) => from),
      ['2026-11-03'],
    );
  });

  it('notes why there is none, until there is one; who may see nothing keeps nothing', () => {
    using dir = tempDir();
    keepTeamFigures(dir.path, 'Acme', figures('2026-11-01'));
    const problem = { text: 'gone', what: undefined, at: 7 };
    noteTeamProblem(dir.path, problem, false);
    assert.equal(readTeamFigures(dir.path).problem?.text, 'gone');
    assert.equal(readTeamFigures(dir.path).answers.length, 1);
    keepTeamFigures(dir.path, 'Acme', figures('2026-11-01'));
    assert.equal(readTeamFigures(dir.path).problem, undefined);
    noteTeamProblem(dir.path, problem, true);
    assert.deepEqual(readTeamFigures(dir.path).answers, []);
  });

  it('reads what is whole and leaves out the rest, whatever the file holds', () => {
    using dir = tempDir();
    const file = dir.at('team-figures.json');
    const good = figures('2026-11-01');
    const bad = [
      { ...good, from: 'November' },
      { ...good, total: -1 },
      { ...good, sees: 'everything' },
      { ...good, members: { first: [{ name: 1, nano: 1, share: null, pushedAt: null }], of: 1 } },
      { ...good, members: { first: Array(51).fill({ name: 'a', nano: 1 }), of: 51 } },
      { ...good, models: [] },
      null,
    ];
    writeFileSync(file, JSON.stringify({ team: 'Acme', answers: [...bad, good], problem: 'x' }));
    assert.deepEqual(readTeamFigures(dir.path), {
      ...{ team: 'Acme', answers: [good], problem: undefined },
    });
    assert.equal(figuresOf(readTeamFigures(dir.path), { from: 'x', to: 'y' }), undefined);
    const some = fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify({ team: 'a' })));
    fc.assert(
      fc.property(some, (text) => {
        writeFileSync(file, text);
        assert.ok(Array.isArray(readTeamFigures(dir.path).answers));
      }),
      { numRuns: 50 },
    );
  });
});
