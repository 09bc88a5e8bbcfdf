import { hashBytes } from '../../../model/hash53.ts';
import type { SessionTrace } from '../../../model/records.ts';
import { emptyTrace } from '../../batch.ts';
import { ByteCache } from './byteCache.ts';
import { BRANCH, CWD, ENTRYPOINT, type RecordHead, UUID, VERSION } from './recordFields.ts';

/** Reduces the dated records of a chunk, of whatever type, to what decides about their sessions. */
export class TraceCollector {
  readonly #cwds = new ByteCache();
  readonly #branches = new ByteCache();
  readonly #versions = new ByteCache();
  readonly #entrypoints = new ByteCache();
  #traces = new Map<string, SessionTrace>();

  /** Notes a record; undated ones decide nothing. */
  add(buf: Buffer, s: Int32Array, head: RecordHead): void {
    if (Number.isNaN(head.at)) return;
    let trace = this.#traces.get(head.sessionId);
    if (trace === undefined) {
      trace = emptyTrace(head.sessionId);
      this.#traces.set(head.sessionId, trace);
    }
    const { at, sidechain } = head;
    if (at < trace.firstAt) trace.firstAt = at;
    if (at > trace.lastAt) trace.lastAt = at;
    if (head.uuid === '') {
      if (at < trace.anonymousAt) trace.anonymousAt = at;
    } else {
      trace.uuidHashes.push(hashBytes(buf, s[UUID]! + 1, s[UUID + 1]! - 1));
      trace.uuidTimes.push(at);
    }
    if (s[CWD]! >= 0) {
      const better = sidechain === trace.cwdSidechain ? at <= trace.cwdAt : !sidechain;
      const cwd = better ? this.#cwds.read(buf, s[CWD]!, s[CWD + 1]!) : '';
      const tie = at === trace.cwdAt && sidechain === trace.cwdSidechain;
      if (cwd !== '' && (!tie || cwd < trace.cwd)) {
        trace.cwd = cwd;
        trace.cwdAt = at;
        trace.cwdSidechain = sidechain;
      }
    }
    if (s[BRANCH]! >= 0 && at >= trace.branchAt) {
      const branch = this.#branches.read(buf, s[BRANCH]!, s[BRANCH + 1]!);
      if (branch !== '' && (at > trace.branchAt || branch > trace.branch)) {
        trace.branch = branch;
        trace.branchAt = at;
      }
    }
    if (s[VERSION]! >= 0 && at >= trace.versionAt) {
      const version = this.#versions.read(buf, s[VERSION]!, s[VERSION + 1]!);
      const entrypoint = this.#entrypoints.read(buf, s[ENTRYPOINT]!, s[ENTRYPOINT + 1]!);
      const greater =
        version > trace.version || (version === trace.version && entrypoint > trace.entrypoint);
      if (version !== '' && (at > trace.versionAt || greater)) {
        trace.version = version;
        trace.versionAt = at;
        trace.entrypoint = entrypoint;
      }
    }
  }

  /** The sessions met since the last call. */
  take(): SessionTrace[] {
    const traces = [...this.#traces.values()];
    this.#traces = new Map();
    return traces;
  }
}
