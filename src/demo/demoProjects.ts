import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Makes the folders of the invented projects, each with a page that says what it is. */
export function writeProjects(folders: readonly string[]): void {
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'README.md'), page(basename(folder)));
  }
}

const page = (name: string): string => `# ${name}

This project does not exist. It belongs to the demo of Outlay: made-up sessions of Claude Code with what
they would have cost. One of them is growing just now.

What to look at:

1. The amount at the bottom right is what was spent today. Rest the mouse on it, then click it.
2. In the dashboard, a budget is nearly used up, and last week cost more than usual.
3. Open "Move the checkout to the new payment provider": one subagent made most of its cost.
4. Open "Why does the monthly export time out?": after lunch its cache had expired, and one message paid for it.
5. In the side bar, "code-reviewer" can be given a smaller model. Apply shows the change first.

"Close Demo" shows your own sessions again.
`;
