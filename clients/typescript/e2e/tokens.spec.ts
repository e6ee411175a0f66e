/** Access tokens that end, are refused, fail to come, or are no more. */
import { keepPublishing } from "./harness/publisher.ts";
import { eventually, expect, pause, TRANSPORTS, test } from "./harness/test.ts";
import { accessToken } from "./harness/tokens.ts";

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("a token that expired while the network was away is replaced, and nobody hears of it", async ({ world }) => {
      const life = 3;
      world.site.token = ({ user }) => accessToken({ sub: user, expiresIn: life });
      const reader = await world.connected({ cacheToken: true, luck: 0.1 });
      world.proxy.cut();
      await world.hub.publish({ type: "novel.created", data: 1 });
      await pause(life * 1000);
      world.proxy.restore();
      await reader.receives(world.hub.published);
      const { errors } = await reader.record();
      expect(errors.filter(({ status }) => status !== undefined)).toEqual([]);
      expect(await reader.stats()).toMatchObject({ authenticationErrors: 0 });
      expect(world.site.asked.map(({ reason }) => reason)).toContain("refresh");
    });

    test("a stream outlives its token without reconnecting", async ({ world }) => {
      world.site.token = ({ user }) => accessToken({ sub: user, expiresIn: 4 });
      const reader = await world.connected({ cacheToken: true });
      const [connection] = await world.hub.connections();
      expect(connection).toBeDefined();
      const publishing = keepPublishing(world.hub);
      await eventually(
        "three tokens were sent after the first",
        () => world.proxy.count("POST", "/api/v1/connections/") > 2,
      );
      await publishing.stop();
      await reader.receives(world.hub.published);
      expect(await world.hub.connections()).toMatchObject([{ id: connection?.id }]);
      expect(await reader.record()).toMatchObject({ states: ["connecting", "connected"], errors: [] });
    });

    test("a token that is refused ten times is asked for again until it is taken", async ({ world }) => {
      world.site.token = ({ user }) =>
        accessToken(
          { sub: user },
          world.site.asked.length <= 10 ? "a secret that the hub has never heard of" : undefined,
        );
      const reader = await world.open({ luck: 0.1 });
      await reader.reaches("connected", 30_000);
      await world.hub.publish({ type: "novel.created", data: 1 });
      await reader.receives(world.hub.published);
      const { states, errors, resolved, rejected } = await reader.record();
      expect({ states, resolved, rejected }).toEqual({
        states: ["connecting", "connected"],
        resolved: 1,
        rejected: null,
      });
      expect(world.site.asked).toHaveLength(11);
      expect(errors.length).toBeGreaterThan(4);
      for (const error of errors)
        expect(error).toMatchObject({ code: "token_signature", status: 401, retryable: true });
    });

    test("a token that can't be had is reported and asked for again", async ({ world }) => {
      world.site.token = ({ user }) => (world.site.asked.length <= 3 ? 500 : accessToken({ sub: user }));
      const reader = await world.open({ luck: 0.1 });
      await reader.reaches("connected");
      await world.hub.publish({ type: "novel.created", data: 1 });
      await reader.receives(world.hub.published);
      const { errors } = await reader.record();
      expect(errors).toHaveLength(3);
      for (const error of errors) expect(error).toMatchObject({ code: "token_failed", retryable: true });
    });

    test("a user who is signed out is not connected, until they sign in", async ({ world }) => {
      world.site.token = () => null;
      const reader = await world.open();
      await reader.reaches("error");
      await pause(300);
      const { rejected, states } = await reader.record();
      expect({ rejected, states }).toEqual({ rejected: "signed_out", states: ["connecting", "error"] });
      expect(world.site.asked).toHaveLength(1);
      expect(world.proxy.requests).toEqual([]);
      world.site.token = ({ user }) => accessToken({ sub: user });
      await reader.page.evaluate(() => window.service.connect());
      await world.hub.publish({ type: "novel.created", data: 1 });
      await reader.receives(world.hub.published);
    });

    test("a user who signs out while the network is away is not connected again", async ({ world }) => {
      const reader = await world.connected({ luck: 0.1 });
      world.site.token = () => null;
      world.proxy.cut();
      await reader.reaches("error");
      world.proxy.restore();
      await pause(300);
      expect(await world.hub.connections()).toEqual([]);
      expect(await reader.state()).toBe("error");
    });
  });
}
