/** The process that runs a tab's scripts, which a test may stop and let go on. */
import { readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { eventually } from "./eventually.ts";

const hasWorker = (id: number) =>
  readdirSync(`/proc/${id}/task`).some((thread) =>
    readFileSync(`/proc/${id}/task/${thread}/comm`, "utf8").startsWith("DedicatedWorker"),
  );

/** The process id of a page's renderer: of all renderers, the one that has a worker when the page has one. */
async function rendererOf(page: Page): Promise<number> {
  const session = await (page.context().browser() as Browser).newBrowserCDPSession();
  const worker = await page.evaluateHandle(() => new Worker("data:text/javascript,"));
  try {
    return await eventually("a renderer has a worker", async () => {
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      return processInfo.find(({ type, id }) => type === "renderer" && hasWorker(id))?.id;
    });
  } finally {
    await worker.evaluate((one) => one.terminate());
    await worker.dispose();
    await session.detach();
  }
}

/** Stops the page's renderer as a whole, whatever it is in the middle of. Returns what lets it go on. */
export async function stopRenderer(page: Page): Promise<() => void> {
  const id = await rendererOf(page);
  process.kill(id, "SIGSTOP");
  await eventually("the renderer is stopped", () => /^State:\s+T/m.test(readFileSync(`/proc/${id}/status`, "utf8")));
  return () => void process.kill(id, "SIGCONT");
}
