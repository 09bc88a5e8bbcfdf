/**
 * Lets a page test reach VS Code's API from outside: runs commands and changes settings on request.
 * Loaded beside Outlay in test windows only; listens on this machine only.
 */
const { renameSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const vscode = require('vscode');

async function answer({ command, args, settings }) {
  if (command) return vscode.commands.executeCommand(command, ...args);
  for (const [key, value] of Object.entries(settings)) {
    await vscode.workspace
      .getConfiguration()
      .update(key, value ?? undefined, vscode.ConfigurationTarget.Global);
  }
  return undefined;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function handle(request, response) {
  try {
    const result = await answer(await bodyOf(request));
    response.end(JSON.stringify({ result }));
  } catch (error) {
    response.end(JSON.stringify({ error: String(error?.message ?? error) }));
  }
}

exports.activate = (context) => {
  const file = process.env.OUTLAY_DRIVER_FILE;
  if (!file) return;
  const server = createServer(handle);
  server.listen(0, '127.0.0.1', () => {
    // Renamed into place, so that nobody reads half a number.
    writeFileSync(`${file}.new`, String(server.address().port));
    renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({ dispose: () => server.close() });
};
