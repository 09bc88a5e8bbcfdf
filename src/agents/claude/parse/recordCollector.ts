import { hashBytes } from '../../../model/hash53.ts';
import type { SessionRecords } from '../../../model/records.ts';
import { emptySessionRecords } from '../../batch.ts';
import { ByteCache } from './byteCache.ts';
import { BRANCH, CWD, ENTRYPOINT, type RecordHead, UUID, VERSION } from './recordFields.ts';

/** Reduces the dated records of a chunk, of any type, to one fingerprint per session. */
export class RecordCollector {
  readonly #cwds = new ByteCache();
  readonly #branches = new ByteCache();
  readonly #versions = new ByteCache();
  readonly #entrypoints = new ByteCache();
  #sessions = new Map<string, SessionRecords>();

  /** Notes a record; undated ones decide nothing. */
  add(buf: Buffer, s: Int32Array, head: RecordHead): void {
    if (Number.isNaN(head.at)) return;
    let records = this.#sessions.get(head.sessionId);
    if (records === undefined) {
      records = emptySessionRecords(head.sessionId);
      this.#sessions.set(head.sessionId, records);
    }
    const { at, sidechain } = head;
    if (at < records.firstAt) records.firstAt = at;
    if (at > records.lastAt) records.lastAt = at;
    if (head.uuid === '') {
      if (at < records.anonymousAt) records.anonymousAt = at;
    } else {
      records.uuidHashes.push(hashBytes(buf, s[UUID]! + 1, s[UUID + 1]! - 1));
      records.uuidTimes.push(at);
    }
    if (s[CWD]! >= 0) {
      const better = sidechain === records.cwdSidechain ? at <= records.cwdAt : !sidechain;
      const cwd = better ? this.#cwds.read(buf, s[CWD]!, s[CWD + 1]!) : '';
      const tie = at === records.cwdAt && sidechain === records.cwdSidechain;
      if (cwd !== '' && (!tie || cwd < records.cwd)) {
        records.cwd = cwd;
        records.cwdAt = at;
        records.cwdSidechain = sidechain;
      }
    }
    if (s[BRANCH]! >= 0 && at >= records.branchAt) {
      const branch = this.#branches.read(buf, s[BRANCH]!, s[BRANCH + 1]!);
      if (branch !== '' && (at > records.branchAt || branch > records.branch)) {
        records.branch = branch;
        records.branchAt = at;
      }
    }
    if (s[VERSION]! >= 0 && at >= records.versionAt) {
      const version = this.#versions.read(buf, s[VERSION]!, s[VERSION + 1]!);
      const entrypoint = this.#entrypoints.read(buf, s[ENTRYPOINT]!, s[ENTRYPOINT + 1]!);
      const greater =
        version > records.version ||
        (version === records.version && entrypoint > records.entrypoint);
      if (version !== '' && (at > records.versionAt || greater)) {
        records.version = version;
        records.versionAt = at;
        records.entrypoint = entrypoint;
      }
    }
  }

  /** The sessions met since the last call. */
  take(): SessionRecords[] {
    const traces = [...this.#sessions.values()];
    this.#sessions = new Map();
    return traces;
  }
}
