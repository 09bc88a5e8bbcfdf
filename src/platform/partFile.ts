import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { partName, removeDeadPartsOf, removePart } from './partName.ts';

/** What is gathered before it goes to the disk. */
const bufferLength = 256 * 1024;

/**
 * A file that is written in pieces and takes its name only when it is whole: whoever reads it finds
 * the old content or the new. Two programs that write the same file do not disturb each other.
 */
export class PartFile {
  readonly file: string;
  readonly #part: string;
  readonly #fd: number;
  #buffer = '';
  #open = true;

  constructor(file: string, mode: number) {
    this.file = file;
    this.#part = partName(file);
    this.#fd = this.#attempt(() => {
      mkdirSync(dirname(file), { recursive: true });
      removeDeadPartsOf(file);
      // Never what is there already: a link would lead elsewhere.
      return openSync(this.#part, 'wx', mode);
    });
    this.#attempt(() => fchmodSync(this.#fd, mode));
  }

  write(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= bufferLength) this.#flush();
  }

  /** The same of bytes, which go to the disk at once. */
  writeBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#toDisk(bytes);
  }

  /** The unfinished file, for who looks at it before it takes its name. */
  get unfinished(): string {
    return this.#part;
  }

  /**
   * Gives the file its name, or another one in the same folder; with `sync` only once its bytes are on the
   * disk, which takes its time.
   */
  commit({ sync = true, name = this.file } = {}): void {
    this.#flush();
    this.#attempt(() => {
      if (sync) fsyncSync(this.#fd);
      closeSync(this.#fd);
      this.#open = false;
      renameSync(this.#part, name);
    });
  }

  /** Leaves the old content; does nothing after `commit`. */
  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
    rmSync(this.#part, { force: true });
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer);
    this.#buffer = '';
    this.#toDisk(bytes);
  }

  #toDisk(bytes: Uint8Array): void {
    this.#attempt(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    });
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      removePart(this.#part);
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
      throw new HumanError('files', `${this.file} cannot be written (${code}).`, { cause: error });
    }
  }
}

/** Writes a small file atomically: a reader finds the old content or the new, never half of it. */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const part = new PartFile(file, mode);
  part.write(content);
  part.commit({ sync: false });
}
