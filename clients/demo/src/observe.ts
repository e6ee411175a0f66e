/**
 * Shows what an application need not look at: the hub's own events as they come, and whether it is this tab that reads the
 * stream. It stands where `crossTab` stands, between a service and its source.
 */
import type { CrossTab, RawEvent } from "@tidings/client";

export interface Observer {
  /** The complete events of one network read, system events included, before the service hands them on. */
  batch(events: readonly RawEvent[]): void;
  /** It has handed them on. */
  batchOver(): void;
  /** Whether this tab has a connection of its own. */
  reads(own: boolean): void;
}

/** No sharing: a service's source is its own connection. */
export const alone: CrossTab = (direct) => direct;

export const observed =
  (crossTab: CrossTab, observer: Observer): CrossTab =>
  (direct) => {
    const counted: typeof direct = (host) => {
      const source = direct(host);
      return {
        open(options) {
          observer.reads(true);
          source.open(options);
        },
        close() {
          observer.reads(false);
          source.close();
        },
      };
    };
    const make = crossTab(counted);
    return (host) =>
      make({
        ...host,
        batch(events) {
          observer.batch(events);
          host.batch(events);
          observer.batchOver();
        },
      });
  };
