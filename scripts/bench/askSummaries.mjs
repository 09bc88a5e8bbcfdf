/**
 * Asks an address so many times a second with autocannon, in a process of its own, so that nothing else waits
 * for it; prints as JSON how long answers took (milliseconds) and how many failed.
 *
 *     node scripts/bench/askSummaries.mjs '{"url": …, "authorization": …, "rate": 40, "seconds": 20}'
 */
import autocannon from 'autocannon';

const { url, authorization, rate, seconds } = JSON.parse(process.argv[2]);
const times = [];
const asked = autocannon({
  ...{ url, headers: { authorization }, connections: 4, overallRate: rate, duration: seconds },
});
asked.on('response', (_client, _status, _bytes, ms) => times.push(ms));
const { non2xx, errors } = await asked;
times.sort((a, b) => a - b);
const below = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
const told = { asked: times.length, p50: below(0.5), p95: below(0.95), most: below(1) };
console.log(JSON.stringify({ ...told, failed: non2xx + errors }));
