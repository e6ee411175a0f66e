/** A service on a fake platform and hub, and what it told. */

import type { SSEError } from "../errors.ts";
import { SSEService } from "../service.ts";
import type { SSEConnectionState } from "../state.ts";
import type { SSEConnectOptions, SSEEvent, SSEGap, SSEServiceConfig } from "../types.ts";
import { FakeHub } from "./hub.ts";
import { FakePlatform, settle } from "./platform.ts";

export function setUp(config: Partial<SSEServiceConfig> = {}) {
  const platform = new FakePlatform();
  const hub = new FakeHub();
  const asked: string[] = [];
  const service = new SSEService({
    baseURL: "https://hub.example",
    getAccessToken: ({ reason }) => {
      asked.push(reason);
      return `token-${asked.length}`;
    },
    fetch: hub.fetch,
    platform,
    ...config,
  });
  const events: SSEEvent[] = [];
  const states: SSEConnectionState[] = [];
  const errors: SSEError[] = [];
  const gaps: SSEGap[] = [];
  service.on("**", (event) => events.push(event));
  service.onStateChange((state) => states.push(state));
  service.onError((error) => errors.push(error));
  service.onGap((gap) => gaps.push(gap));
  return {
    platform,
    hub,
    service,
    events,
    states,
    errors,
    gaps,
    /** The reasons for which a token was asked for. */
    asked,
    /** Connects, up to `hello`. */
    async connect(options?: SSEConnectOptions, id?: string) {
      const connected = service.connect(options);
      await settle();
      await hub.last.hello(id);
      await connected;
      return hub.last;
    },
  };
}
