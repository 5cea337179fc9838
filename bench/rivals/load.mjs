// Puts requests to a server for a while and prints what came of it. What to do is told as JSON on standard input:
// {url, bodies, connections, seconds}.
import { text } from "node:stream/consumers";

import autocannon from "autocannon";

const { url, bodies, connections, seconds } = JSON.parse(await text(process.stdin));
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  timeout: 60,
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json" },
  requests: bodies.map((body) => ({ body })),
  // An answer that failed as a whole has no data; that the others are right was seen before.
  verifyBody: (body) => /^\{"data":\s*\{/.test(body),
});
const { latency, requests, errors, timeouts, mismatches, non2xx } = result;
console.log(
  JSON.stringify({
    answers: requests.total,
    rps: requests.total / result.duration,
    p50: latency.p50,
    p99: latency.p99,
    failures: errors + timeouts + mismatches + non2xx,
  }),
);
