/** Which token goes with which request. */
import { expect, it } from "vitest";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

it("a bye that is not about the token asks for no fresh one", async () => {
  const { hub, platform, connect, asked } = setUp();
  const stream = await connect();
  await stream.send("bye", { reason: "draining", reconnect: true, retry_ms: 1000 }, "e-1");
  await platform.advance(1000);
  expect(hub.streams).toHaveLength(2);
  expect(asked).toEqual(["connect", "connect"]);
});

it("an SSE token is reused until it has five seconds left, and not at that moment", async () => {
  for (const [after, tokens] of [
    [54_999, 1],
    [55_000, 2],
  ] as const) {
    let count = 0;
    const { hub, platform, connect } = setUp({
      heartbeatTimeout: 100_000,
      getSSEToken: () => ({ sse_token: `sse-${++count}`, expires_in: 60 }),
    });
    platform.random = () => 0; // no wait
    const stream = await connect();
    await platform.advance(after);
    await stream.fail();
    await platform.advance(0);
    expect(hub.streams).toHaveLength(2);
    expect(hub.last.token).toBe(`sse-${tokens}`);
  }
});

it("what can't stand in a header is no token, and nothing is asked of the hub with it", async () => {
  for (const token of ["two words", "line\nbreak", "naïve", "\u007f"]) {
    const { service, hub, errors } = setUp({ getAccessToken: () => token });
    service.connect();
    await settle();
    expect(errors).toMatchObject([{ code: "token_failed", retryable: true }]);
    expect(hub.exchanges).toHaveLength(0);
    service.disconnect();
  }
});

it("where nobody can give a token there is none, for streams and for SSE tokens", async () => {
  const { service, hub } = setUp({ getAccessToken: undefined as never });
  await expect(service.connect()).rejects.toMatchObject({ code: "signed_out", retryable: false });
  await expect(service.createSSEToken()).rejects.toMatchObject({ code: "signed_out", retryable: false });
  expect(hub.exchanges).toHaveLength(0);
});
