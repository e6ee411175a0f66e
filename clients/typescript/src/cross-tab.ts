/**
 * One connection for all tabs of an origin.
 *
 * ```ts
 * const service = new SSEService({ baseURL, getAccessToken, crossTab: shareTabs({ key: user.id }) });
 * ```
 * @module
 */
import type { CrossTab, Source } from "@tidings/client";
import { PROTOCOL } from "./cross-tab/message.ts";
import { createTab } from "./cross-tab/tab.ts";

export interface ShareTabsOptions {
  /** Names the user, so that two of them on one origin never share. Not a secret, and not a token. */
  readonly key: string;
}

/**
 * What `crossTab` takes. Tabs share whose `baseURL`, endpoint, key, types and channels are equal, in whatever order the
 * lists are. Labels are the leading tab's. Where there is no Web Locks or no BroadcastChannel (an insecure page, a server),
 * each service has a connection of its own.
 *
 * @throws TypeError without a key.
 */
export const shareTabs = ({ key }: ShareTabsOptions): CrossTab => {
  if (typeof key !== "string" || !key) {
    throw new TypeError("shareTabs needs a key: the user's id");
  }
  return (direct) => (host) => {
    const { platform } = host;
    let name: string;
    let source: Source | undefined;
    let alone = false;
    return {
      open(options) {
        const locks = platform.navigator?.locks;
        // A source of its own stays the same one, which opens another stream before it closes the last.
        if (alone || !locks || !platform.BroadcastChannel) source ??= direct(host);
        else {
          const { endpoint, eventTypes, channels } = options;
          const url = new URL(host.baseURL, globalThis.location?.href).href;
          const before = name;
          // JSON keeps every two sets apart.
          const sets = [eventTypes, channels].map((list) => list && [...new Set(list)].sort());
          name = `tidings:${JSON.stringify([PROTOCOL, url, endpoint, key, ...sets])}`;
          if (name !== before) {
            // The cursor is the service's: the new stream starts from it.
            source?.close();
            source = createTab(direct, host, name, locks, (options) => {
              alone = true;
              source = direct(host);
              source.open(options);
            });
          }
        }
        source?.open(options);
      },

      close() {
        source?.close();
      },
    };
  };
};
