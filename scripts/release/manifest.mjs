/**
 * Writes what follows from the sources into `package.json`: commands, settings, panels and reports; and its
 * version into the plugin for Claude Code. Run it after a change of their descriptors; a test compares.
 *
 *     npm run manifest
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { pluginOf, withGenerated } from './manifest.ts';

requireNode24();
const file = inRoot('package.json');
const manifest = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, `${JSON.stringify(withGenerated(manifest), null, 2)}\n`);

const pluginFile = inRoot('plugin/.claude-plugin/plugin.json');
const plugin = JSON.parse(readFileSync(pluginFile, 'utf8'));
writeFileSync(pluginFile, `${JSON.stringify(pluginOf(plugin, manifest), null, 2)}\n`);
