import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Key } from '../../../src/cli/dashboard/keys.ts';
import {
  type Effect,
  firstPage,
  type PageState,
  pressed,
} from '../../../src/cli/dashboard/state.ts';

const sessions = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const around = { sessions, lines: 30, room: 10 };

function having(keys: readonly Key[], from: PageState = firstPage, where = around) {
  const effects: Effect[] = [];
  let state = from;
  for (const key of keys) {
    const next = pressed(state, key, where);
    state = next.state;
    if (next.effect !== undefined) effects.push(next.effect);
  }
  return { state, effects };
}

describe('what keys do', () => {
  it('choose a session and open it', () => {
    assert.equal(having(['down', 'down', 'up']).state.selected, 'b');
    assert.equal(having(['up']).state.selected, 'a');
    assert.equal(having(['end', 'down']).state.selected, 'h');
    assert.equal(having(['pageDown', 'pageUp', 'home']).state.selected, 'a');
    const { state, effects } = having(['down', 'enter']);
    assert.deepEqual([state.page, state.selected, effects], ['session', 'b', ['open']]);
    assert.deepEqual(having(['enter']).state.selected, 'a', 'the first where nobody chose');
  });

  it('keep the choice where the list changes, and begin anew where it is gone', () => {
    const chosen = having(['down', 'down']).state;
    const moved = { ...around, sessions: ['new', ...sessions] };
    assert.equal(having(['down'], chosen, moved).state.selected, 'd');
    assert.equal(having(['down'], chosen, { ...around, sessions: ['x', 'y'] }).state.selected, 'y');
    const none = { ...around, sessions: [] };
    assert.deepEqual(having(['down', 'enter'], firstPage, none), {
      state: { ...firstPage },
      effects: [],
    });
  });

  it('move a page no further than its ends', () => {
    const open = having(['enter']).state;
    assert.equal(having(['up'], open).state.scroll, 0);
    assert.equal(having(['down', 'down'], open).state.scroll, 2);
    assert.equal(having(['pageDown'], open).state.scroll, 9);
    assert.equal(having(['end', 'down', 'pageDown'], open).state.scroll, 20);
    // It has become shorter meanwhile.
    const end = having(['end'], open).state;
    assert.equal(having(['up'], end, { ...around, lines: 15 }).state.scroll, 4);
  });

  it('go back to where help was asked for', () => {
    assert.equal(having(['help', 'help']).state.page, 'dashboard');
    const { state } = having(['enter', 'help', 'escape']);
    assert.deepEqual([state.page, state.selected], ['session', 'a']);
    assert.equal(having(['enter', 'help', 'escape', 'escape']).state.page, 'dashboard');
    assert.deepEqual(having(['help', 'export']).effects, [], 'nothing is exported of it');
  });

  it('quit, read anew and export from everywhere', () => {
    for (const from of [firstPage, having(['enter']).state]) {
      const { effects } = having(['refresh', 'export', 'redraw', 'quit', 'interrupt'], from);
      assert.deepEqual(effects, ['refresh', 'export', 'redraw', 'quit', 'interrupt']);
    }
  });
});
