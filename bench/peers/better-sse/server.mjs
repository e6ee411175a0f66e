// GET opens a stream, POST publishes to all of them.
import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";

const channel = createChannel();
let published = 0;

async function open(request, response) {
  const session = await createSession(request, response);
  channel.register(session);
}

async function publish(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  channel.broadcast(JSON.parse(body), "a.b", { eventId: String(++published) });
  response.end("{}");
}

createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
  request.method === "GET" ? open(request, response) : publish(request, response),
).listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
