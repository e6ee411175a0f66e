// A program that reads a hub's events and writes down what it is told, a JSON line each. It ends with its input.
import process from "node:process";
import { SSEService } from "@tidings/client";

const { HUB, TOKEN } = process.env;
const tell = (what, value) => console.log(JSON.stringify({ [what]: value }));

const service = new SSEService({ baseURL: HUB, getAccessToken: () => TOKEN });
service.on("**", ({ id, type, data }) => tell("event", { id, type, data }));
service.onStateChange((state) => tell("state", state));
service.onError(({ code, message }) => tell("error", { code, message }));
service.connect();

process.stdin.on("end", () => {
  globalThis.gc?.(); // a stream ends also where its request is garbage already
  service.disconnect();
});
process.stdin.resume();
