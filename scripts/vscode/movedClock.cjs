// Loaded before everything a run starts (NODE_OPTIONS). Where OUTLAY_CLOCK_OFFSET is set, clocks are
// that many milliseconds ahead and run on; so are the times of files, which the disk takes from the
// real clock. Timers, and what measures how long something takes, stay as they are.

/** Also sent to pages, so it stands on its own. */
function moveDate(offset) {
  const RealDate = globalThis.Date;
  const { now } = RealDate;
  RealDate.now = () => now() + offset;
  globalThis.Date = new Proxy(RealDate, {
    construct: (date, args, made) =>
      Reflect.construct(date, args.length > 0 ? args : [date.now()], made),
    apply: (date) => new date(date.now()).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
}

function moveFileTimes(offset) {
  const fs = require('node:fs');
  for (const name of ['atimeMs', 'mtimeMs', 'ctimeMs', 'birthtimeMs']) {
    Object.defineProperty(fs.Stats.prototype, name, {
      set(value) {
        // The disk keeps nanoseconds; sums of doubles would make up more.
        const time = Math.round((value + offset) * 1e3) / 1e3;
        const moved = { value: time, enumerable: true, writable: true };
        Object.defineProperty(this, name, { ...moved, configurable: true });
      },
    });
  }
  const { utimesSync } = fs;
  const back = (time) => new Date(Number(time) * (time instanceof Date ? 1 : 1000) - offset);
  fs.utimesSync = (file, atime, mtime) => utimesSync(file, back(atime), back(mtime));
  require('node:module').syncBuiltinESMExports();
}

const clockOffset = Number(process.env.OUTLAY_CLOCK_OFFSET ?? 0);
if (clockOffset !== 0) {
  moveDate(clockOffset);
  moveFileTimes(clockOffset);
}

module.exports = { clockOffset, moveDate };
