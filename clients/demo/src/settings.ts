/** What the Listen form asks for, and its form in a URL's fragment, which no server sees. */
export interface Settings {
  readonly user: string;
  /** As typed: type patterns and channels with commas between them. */
  readonly types: string;
  readonly channels: string;
  /** Where a stream without a cursor starts: "" for now, else what `since` takes. */
  readonly since: string;
  /** Seconds that an access token lives. */
  readonly lifetime: string;
  readonly transport: "fetch" | "eventsource";
  readonly share: boolean;
}

const defaults: Settings = {
  user: "alice",
  types: "",
  channels: "",
  since: "",
  lifetime: "3600",
  transport: "fetch",
  share: false,
};

/** The settings that a fragment names, over the defaults; and whether the page is to connect at once. */
export function readFragment(fragment: string): { settings: Settings; connect: boolean } {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const text = (name: "user" | "types" | "channels" | "since" | "lifetime") => given.get(name) ?? defaults[name];
  return {
    settings: {
      user: text("user"),
      types: text("types"),
      channels: text("channels"),
      since: text("since"),
      lifetime: text("lifetime"),
      transport: given.get("transport") === "eventsource" ? "eventsource" : "fetch",
      share: given.has("share"),
    },
    connect: given.has("connect"),
  };
}

/** A fragment with which another tab connects with the same settings. */
export function writeFragment({ share, ...settings }: Settings): string {
  const written = new URLSearchParams({ ...settings, connect: "" });
  if (share) written.set("share", "");
  return `#${written}`;
}

/** The names in a list with commas, or undefined for none: an absent filter and an empty one are not the same. */
export function listed(text: string): string[] | undefined {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length > 0 ? names : undefined;
}
