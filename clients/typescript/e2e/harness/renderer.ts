/** The process that runs a tab's scripts, which a test may stop and let go on. */
import type { Browser, Page } from "@playwright/test";
import { pause } from "./eventually.ts";

interface ProcessInfo {
  type: string;
  id: number;
  /** Seconds of CPU since it began. */
  cpuTime: number;
}

const renderers = async (browser: Browser): Promise<Map<number, number>> => {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send("SystemInfo.getProcessInfo")) as { processInfo: ProcessInfo[] };
  await session.detach();
  return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime]));
};

/** The process id of a page's renderer: of all renderers, the one that works when the page does. */
export async function rendererOf(page: Page): Promise<number> {
  const browser = page.context().browser() as Browser;
  const before = await renderers(browser);
  await page.evaluate(() => {
    const end = performance.now() + 300;
    while (performance.now() < end);
  });
  const worked = [...(await renderers(browser))].map(([id, time]) => [id, time - (before.get(id) ?? 0)] as const);
  worked.sort(([, a], [, b]) => b - a);
  const [most, next] = worked;
  if (!most || most[1] < 0.1 || (next && next[1] > most[1] / 2)) throw new Error(`which renderer? ${worked}`);
  return most[0];
}

/** Stops the page's renderer and makes sure that the page has stopped. Returns what lets it go on. */
export async function stopRenderer(page: Page): Promise<() => void> {
  const id = await rendererOf(page);
  process.kill(id, "SIGSTOP");
  const goOn = () => void process.kill(id, "SIGCONT");
  const answered = page.evaluate(() => true).catch(() => false);
  if (await Promise.race([answered, pause(200)])) {
    goOn();
    throw new Error("the page goes on although its renderer is stopped");
  }
  return goOn;
}
