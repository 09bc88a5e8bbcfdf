import { hashBytes } from '../../../model/hash53.ts';
import type { SessionRecords } from '../../../model/records.ts';
import { emptySessionRecords } from '../../batch.ts';
import type { Spans } from '../scan/jsonScanner.ts';
import { ByteCache } from './byteCache.ts';
import { BRANCH, CWD, ENTRYPOINT, type RecordHead, UUID, VERSION } from './recordFields.ts';

// One of each serves all files of a thread: they remember bytes, not whose they are.
const cwds = new ByteCache();
const branches = new ByteCache();
const versions = new ByteCache();
const entrypoints = new ByteCache();

/** Reduces the dated records of a chunk, of any type, to one fingerprint per session. */
export class RecordCollector {
  #sessions = new Map<string, SessionRecords>();

  /** Notes a record; undated ones decide nothing. */
  add(buf: Buffer, s: Spans, head: RecordHead): void {
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
      records.uuidHashes.push(hashBytes(buf, s.start(UUID) + 1, s.end(UUID) - 1));
      records.uuidTimes.push(at);
    }
    if (s.start(CWD) >= 0) {
      const better = sidechain === records.cwdSidechain ? at <= records.cwdAt : !sidechain;
      const cwd = better ? cwds.read(buf, s.start(CWD), s.end(CWD)) : '';
      const tie = at === records.cwdAt && sidechain === records.cwdSidechain;
      if (cwd !== '' && (!tie || cwd < records.cwd)) {
        records.cwd = cwd;
        records.cwdAt = at;
        records.cwdSidechain = sidechain;
      }
    }
    if (s.start(BRANCH) >= 0 && at >= records.branchAt) {
      const branch = branches.read(buf, s.start(BRANCH), s.end(BRANCH));
      if (branch !== '' && (at > records.branchAt || branch > records.branch)) {
        records.branch = branch;
        records.branchAt = at;
      }
    }
    if (s.start(VERSION) >= 0 && at >= records.versionAt) {
      const version = versions.read(buf, s.start(VERSION), s.end(VERSION));
      const entrypoint = entrypoints.read(buf, s.start(ENTRYPOINT), s.end(ENTRYPOINT));
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
