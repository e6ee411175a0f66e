import { expect, it, vi } from "vitest";
import { HeartbeatMonitor } from "./heartbeat.ts";
import { FakePlatform } from "./testing/platform.ts";

const setUp = (config = {}) => {
  const platform = new FakePlatform();
  const onTimeout = vi.fn();
  const monitor = new HeartbeatMonitor({ expectedInterval: 15_000, timeout: 25_000, onTimeout, ...config }, platform);
  return { platform, onTimeout, monitor };
};

it("tells of silence once it has lasted", async () => {
  const { platform, onTimeout } = setUp();
  await platform.advance(24_999);
  expect(onTimeout).not.toHaveBeenCalled();
  await platform.advance(1);
  expect(onTimeout).toHaveBeenCalledOnce();
});

it("waits for the interval and 10 s where no timeout is given, and for 25 s without either", async () => {
  for (const [config, silence] of [
    [{ expectedInterval: 5000, timeout: undefined }, 15_000],
    [{ expectedInterval: undefined, timeout: undefined }, 25_000],
  ] as const) {
    const { platform, onTimeout } = setUp(config);
    await platform.advance(silence - 1);
    expect(onTimeout).not.toHaveBeenCalled();
    await platform.advance(1);
    expect(onTimeout).toHaveBeenCalledOnce();
  }
});

it("measures from the last heartbeat", async () => {
  const { platform, onTimeout, monitor } = setUp();
  await platform.advance(20_000);
  monitor.recordHeartbeat();
  await platform.advance(24_999);
  expect(onTimeout).not.toHaveBeenCalled();
  await platform.advance(1);
  expect(onTimeout).toHaveBeenCalledOnce();
});

it("tells once a silence, and again after something was heard", async () => {
  const { platform, onTimeout, monitor } = setUp();
  await platform.advance(100_000);
  monitor.check();
  expect(onTimeout).toHaveBeenCalledOnce();
  monitor.recordHeartbeat();
  await platform.advance(25_000);
  expect(onTimeout).toHaveBeenCalledTimes(2);
});

it("notices on a look at the clock that the machine has slept, before any timer fires", () => {
  const { platform, onTimeout, monitor } = setUp();
  platform.time += 3_600_000;
  monitor.check();
  expect(onTimeout).toHaveBeenCalledOnce();
});

it("leaves a connection alone that was heard of not long ago, whenever it is looked at", async () => {
  const { platform, onTimeout, monitor } = setUp();
  await platform.advance(10_000);
  monitor.check();
  await platform.advance(14_999);
  monitor.check();
  expect(onTimeout).not.toHaveBeenCalled();
  await platform.advance(1);
  expect(onTimeout).toHaveBeenCalledOnce();
});

it("starts the measure anew when the clock jumps back", async () => {
  const { platform, onTimeout, monitor } = setUp();
  await platform.advance(20_000);
  platform.time -= 3_600_000;
  monitor.check();
  await platform.advance(24_999);
  expect(onTimeout).not.toHaveBeenCalled();
  await platform.advance(1);
  expect(onTimeout).toHaveBeenCalledOnce();
});

it("is still after destroy, whatever is heard later", async () => {
  const { platform, onTimeout, monitor } = setUp();
  monitor.destroy();
  monitor.recordHeartbeat();
  monitor.check();
  await platform.advance(100_000);
  expect(onTimeout).not.toHaveBeenCalled();
  expect(platform.pending).toBe(0);
});

it("runs one timer, however much is heard", () => {
  const { platform, monitor } = setUp();
  for (let i = 0; i < 10; i++) monitor.recordHeartbeat();
  monitor.check();
  expect(platform.pending).toBe(1);
});

it("may be destroyed from its own callback", async () => {
  const { platform, monitor } = setUp({ onTimeout: () => monitor.destroy() });
  await platform.advance(25_000);
  monitor.recordHeartbeat();
  expect(platform.pending).toBe(0);
});

it("needs nothing but the global clock", () => {
  vi.useFakeTimers();
  try {
    const onTimeout = vi.fn();
    new HeartbeatMonitor({ onTimeout });
    vi.advanceTimersByTime(24_999);
    expect(onTimeout).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onTimeout).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});
