"""GET opens a stream, POST publishes to all of them."""

import asyncio

from fastapi import FastAPI, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()
queues = set()
published = 0


async def events():
    """What one stream is sent: a queue of its own, filled by whoever publishes."""
    queue = asyncio.Queue()
    queues.add(queue)
    try:
        while True:
            yield await queue.get()
    finally:
        queues.discard(queue)


@app.get("/streams")
async def stream():
    """A stream of everything that is published from now on."""
    return EventSourceResponse(events(), sep="\n")


@app.post("/events")
async def publish(request: Request):
    """The body is the event's data."""
    global published
    published += 1
    event = ServerSentEvent((await request.body()).decode(), event="a.b", id=str(published), sep="\n")
    for queue in queues:
        queue.put_nowait(event)
    return {}
