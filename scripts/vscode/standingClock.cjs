// Loaded before a test's server, and by that in each of its processes and their threads. Where
// OUTLAY_STANDING_CLOCK names a moment, in milliseconds, it is that moment all the time. Timers run on,
// and so does what measures how long something takes.
const moment = Number(process.env.OUTLAY_STANDING_CLOCK);
if (moment > 0) {
  const RealDate = globalThis.Date;
  RealDate.now = () => moment;
  globalThis.Date = new Proxy(RealDate, {
    construct: (date, args, made) =>
      Reflect.construct(date, args.length > 0 ? args : [moment], made),
    apply: (date) => new date(moment).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
}
