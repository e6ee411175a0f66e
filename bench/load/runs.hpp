// What the generator can do, a function each: `sse_load <name>`. Each prints its figures as it ends.
#pragma once

#include "options.hpp"

namespace tidings::bench {

// The server's memory with `streams` and with `more_streams` idle streams, after quiet and an event that reached all.
void run_memory(const Options& options);

// Publishes for everyone for some seconds, at a rate or each publisher as fast as it is answered: processor time a
// delivery, deliveries a second, and delays.
void run_broadcast(const Options& options);

// As `broadcast` at a rate, until standard input ends; says `open` when all streams are. Each line on standard input
// begins a window of time with delays of its own.
void run_live(const Options& options);

// Says `ready`, and when told opens all streams at once; then waits until each has received `events`, which are there
// already; says `there` and keeps them open until told to leave.
void run_crowd(const Options& options);

// Opens streams, reads none of them while `events` are published for all, says `stalled`, and when told reads on.
void run_stall(const Options& options);

// Connections that ask for /healthz, or publish for everyone, each as fast as it is answered.
void run_healthz(const Options& options);
void run_requests(const Options& options);

// Publishes at a rate, by turns over the connections: how long until each event's answer was there.
void run_acknowledge(const Options& options);

// Publishes `events` over one connection in one request of NDJSON. With `users`, event k is for user-<k mod users>.
void run_ndjson(const Options& options);

}  // namespace tidings::bench
