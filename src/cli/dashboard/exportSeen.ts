import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localTime } from '../../model/calendar.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { Document, Format } from '../../reports/document/document.ts';
import { render } from '../../reports/document/render.ts';
import type { TextStyle } from '../../reports/document/renderTable.ts';

const endings: Readonly<Record<Format, string>> = {
  json: 'json',
  csv: 'csv',
  markdown: 'md',
  table: 'txt',
};

/** Files of one second; more of them nobody asks for. */
const mostOfASecond = 100;

/**
 * Writes what is seen into a new file in a folder and answers with its name: titles stand in it, so that
 * only its owner may read it, and nothing that is there is ever replaced.
 */
export function exportSeen(
  document: Document,
  format: Format,
  place: {
    readonly folder: string;
    readonly name: string;
    readonly style: Omit<TextStyle, 'colour' | 'width'>;
  },
): string {
  const { folder, name, style } = place;
  const time = localTime(style.now, style.zone)
    .slice(0, 19)
    .replace(/[^0-9]/g, '');
  const text = render(document, format, { ...style, colour: false });
  for (let number = 1; number <= mostOfASecond; number++) {
    const again = number === 1 ? '' : `-${number}`;
    const file = `outlay-${name}-${time.slice(0, 8)}-${time.slice(8)}${again}.${endings[format]}`;
    try {
      writeFileSync(join(folder, file), text, { flag: 'wx', mode: 0o600 });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new HumanError('files', `Nothing was written into ${folder}: ${messageOf(error)}`);
    }
  }
  throw new HumanError(
    'files',
    `Nothing was written: ${folder} has too many files of this moment.`,
  );
}
