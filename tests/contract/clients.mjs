// Runs an operation through the client of graphql-ws or graphql-sse and prints each result as a line of JSON.
// Ends, and closes its connection, after the wanted number of results.
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const [kind, url, query, wanted] = process.argv.slice(2);
const retrying = { retryAttempts: 50, retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)) };
const client =
  kind === 'graphql-ws'
    ? createWs({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, shouldRetry: () => true, ...retrying })
    : createSse({ url, ...retrying });

let left = Number(wanted);
for await (const result of client.iterate({ query })) {
  console.log(JSON.stringify(result));
  if (--left === 0) break;
}
client.dispose();
console.log(JSON.stringify('closed'));
