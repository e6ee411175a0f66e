"use client";
/**
 * React: `useSSE` listens to a service, `SSEProvider` keeps one connected while it is on the page.
 *
 * ```tsx
 * <SSEProvider service={service} options={{ eventTypes: ["chapter.*"] }}>…</SSEProvider>
 *
 * const { state, lastEvent, error } = useSSE("chapter.*", { onEvent: ({ data }) => … });
 * ```
 * @module
 */
import type {
  EventsMatching,
  SSEConnectionState,
  SSEConnectOptions,
  SSEError,
  SSEService,
  TypePattern,
} from "@tidings/client";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useSyncExternalStore,
} from "react";

export interface UseSSEOptions<Events, Pattern extends string> {
  /** Called with each event, in order, and never from a render; always the closure of the last one. */
  onEvent?: ((event: EventsMatching<Events, Pattern>) => void) | undefined;
  /** Absent: the one of the nearest `SSEProvider`. */
  service?: SSEService<Events> | undefined;
}

export interface UseSSEResult<Events, Pattern extends string> {
  readonly state: SSEConnectionState;
  /** The newest event that was rendered: a sample, of which there is one a network read at most. */
  readonly lastEvent: EventsMatching<Events, Pattern> | undefined;
  /** What `onError` was last told since the state last changed. */
  readonly error: SSEError | undefined;
}

export interface SSEProviderProps<Events> {
  service: SSEService<Events>;
  /** What `connect()` is called with, and again whenever it is no longer equal; of a signal only the first counts. */
  options?: SSEConnectOptions | undefined;
  children?: ReactNode;
}

// Whatever its events are, a service is handed through as it is; `useSSE` gives them their types back.
type Service = SSEService;
type Result = UseSSEResult<Record<string, unknown>, string>;
type Listener = UseSSEOptions<Record<string, unknown>, string>["onEvent"];

const Provided = createContext<Service | undefined>(undefined);

const idle = { state: "idle" } as Result;

/** What `useSyncExternalStore` takes, and a way to say which `onEvent` is the latest. */
const createStore = (service: Service, types: string | readonly string[]) => {
  let shown = idle;
  let lastEvent: Result["lastEvent"];
  let latest: Listener;
  const show = (change: Partial<Result>) => {
    shown = { ...shown, ...change };
  };
  const subscribe = (changed: () => void) => {
    const listening = [
      service.on(types, (event) => {
        lastEvent = event;
        latest?.(event);
      }),
      service.onBatch(() => {
        if (lastEvent === shown.lastEvent) return;
        show({ lastEvent });
        changed();
      }),
      service.onStateChange(changed),
      service.onError((error) => {
        show({ error });
        changed();
      }),
    ];
    return () => {
      for (const stop of listening) stop();
    };
  };
  // Compared and not told, since the state may move on between a render and the subscription.
  const snapshot = () => {
    const { state } = service;
    if (state !== shown.state) show({ state, error: undefined });
    return shown;
  };
  const listen = (listener: Listener) => {
    latest = listener;
  };
  return [subscribe, snapshot, listen] as const;
};

/**
 * Listens to the events that the patterns match, from after the component is mounted until it is unmounted. It listens
 * only: what is sent is decided where the service is connected.
 *
 * Patterns may be written in place: they compare by value. On a server, and while a page is hydrated, the state is `idle`.
 */
export function useSSE<
  Events = Record<string, unknown>,
  const Pattern extends TypePattern<Events> = TypePattern<Events>,
>(
  types: Pattern | readonly Pattern[],
  { onEvent, service }: UseSSEOptions<Events, Pattern> = {},
): UseSSEResult<Events, Pattern> {
  const provided = useContext(Provided);
  const used = (service as Service | undefined) ?? provided;
  if (!used) throw Error("useSSE needs a service or SSEProvider");
  // biome-ignore lint/correctness/useExhaustiveDependencies: types compare by value, and none holds a comma
  const [subscribe, snapshot, listen] = useMemo(() => createStore(used, types), [used, `${types}`]);
  useInsertionEffect(() => listen(onEvent as Listener));
  return useSyncExternalStore(subscribe, snapshot, () => idle) as unknown as UseSSEResult<Events, Pattern>;
}

/** What each provider that is mounted wants; the last one to mount comes first. */
const mounted: (readonly [service: object, options: SSEConnectOptions | undefined])[] = [];

/**
 * Connects the service while at least one provider of it is mounted, and hands it to `useSSE`. It disconnects one task
 * after the last was unmounted, so that one that comes in its place (another route, or Strict Mode's second mount) finds
 * the connection as it was. Of several providers of one service, the options of the last one to mount are in force, and
 * after it those of the one before.
 */
export function SSEProvider<Events>({ service, options, children }: SSEProviderProps<Events>): ReactElement {
  // biome-ignore lint/correctness/useExhaustiveDependencies: options compare by value
  useEffect(() => {
    const wanted = [service, options] as const;
    mounted.unshift(wanted);
    service.connect(options);
    return () => {
      mounted.splice(mounted.indexOf(wanted), 1);
      setTimeout(() => {
        const left = mounted.find(([other]) => other === service);
        if (!left) service.disconnect();
        // Who has closed it meanwhile, or was refused for good, finds it so.
        else if (/ing|ted/.test(service.state)) service.connect(left[1]);
      });
    };
  }, [service, JSON.stringify(options)]);
  return createElement(Provided.Provider, { value: service as unknown as Service }, children);
}
