import { readFileSync } from 'node:fs';
import { type ErrorId, HumanError, messageOf } from '../model/errors.ts';

/**
 * The certificates of a private authority, from a file; throws a `HumanError` where it cannot be read.
 * @param whose server it vouches for, as in `the gateway`
 * @param id of the same sentence in an editor's language, with the file and the reason
 */
export function readCertificates(file: string, whose: string, id?: ErrorId): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new HumanError(
      'files',
      `The certificates of ${whose}, ${file}, cannot be read (${why}).`,
      id === undefined ? {} : { what: { id, values: [file, why] } },
    );
  }
}
