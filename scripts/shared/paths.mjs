import path from 'node:path';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/** A path inside the project. */
export const inRoot = (...parts) => path.join(root, ...parts);

/** What tests and development leave behind, outside of git. */
export const scratch = inRoot('.vscode-test');

/** The code-server release whose VS Code is run where no desktop VS Code can be downloaded. */
export const serverVersion = '4.139.1';
