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
    const asked = await bodyOf(request);
    const startedAt = Date.now();
    const result = await answer(asked);
    response.end(JSON.stringify({ result, startedAt }));
  } catch (error) {
    response.end(JSON.stringify({ error: String(error?.message ?? error) }));
  }
}

/** A webview panel with nothing in it but what its script paints: what any panel takes at least. */
function openEmptyPanel() {
  const panel = vscode.window.createWebviewPanel('outlayTest.empty', 'Empty', {
    viewColumn: vscode.ViewColumn.Active,
  });
  const nonce = '0123456789abcdef0123456789abcdef';
  panel.webview.options = { enableScripts: true, localResourceRoots: [] };
  panel.webview.html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}';">
<title>Empty</title>
</head>
<body>
<script nonce="${nonce}">
const painted = document.createElement('p');
painted.className = 'painted';
painted.textContent = 'Painted';
document.body.append(painted);
</script>
</body>
</html>`;
}

exports.activate = (context) => {
  const file = process.env.OUTLAY_DRIVER_FILE;
  if (!file) return;
  const command = 'outlay-test-driver.openEmptyPanel';
  context.subscriptions.push(vscode.commands.registerCommand(command, openEmptyPanel));
  const server = createServer(handle);
  server.listen(0, '127.0.0.1', () => {
    // Renamed into place, so that nobody reads half a number.
    writeFileSync(`${file}.new`, String(server.address().port));
    renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({ dispose: () => server.close() });
};
