/**
 * Server-sent events from a Tidings hub.
 *
 * ```ts
 * const service = new SSEService<Events>({ baseURL: "https://hub.example", getAccessToken });
 * service.on("chapter.*", ({ type, data }) => …);
 * await service.connect({ eventTypes: ["chapter.*"] });
 * ```
 * @module
 */
export { SSEError } from "./errors.ts";
export { HeartbeatMonitor } from "./heartbeat.ts";
export type { Platform } from "./platform.ts";
export { SSEService } from "./service.ts";
export type { CrossTab, Source, SourceFactory, SourceHost } from "./source.ts";
export { SSEConnectionState } from "./state.ts";
export type { RawEvent, Transport, TransportRequest, TransportSink } from "./transport.ts";
export type * from "./types.ts";
