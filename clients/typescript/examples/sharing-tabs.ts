import { SSEService } from "@tidings/client";
import { shareTabs } from "@tidings/client/cross-tab";

/** One connection for all tabs in which this user is signed in. */
export const serviceFor = (userId: string, getAccessToken: () => Promise<string | null>) =>
  new SSEService({
    baseURL: "https://hub.example",
    getAccessToken,
    crossTab: shareTabs({ key: userId }), // names the user, so that two users never see each other's events
  });
