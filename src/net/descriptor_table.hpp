// Descriptor tables a thread. RLIMIT_NOFILE bounds each table (getrlimit(2)), not the process, so threads with tables
// of their own hold as many sockets each as one process may. The price: a descriptor is a number of the table that it
// was opened in, and means nothing, or another file, on a thread with another table. What crosses threads by number
// must be kept (`keep_only`) or handed over (`DescriptorBridge`), and is closed by the thread that opened it.
#pragma once

#include <span>

#include "errors/error.hpp"
#include "platform/descriptor.hpp"

namespace tidings::net {

// Gives the calling thread a table of its own that holds standard input, output and error and `kept`, under the same
// numbers, and nothing else: a copy of another's socket would keep that open after its owner closed it. Threads that
// this one starts share its table. Where the kernel refuses (before Linux 5.9, or a seccomp filter) nothing has
// changed, and the error says why.
[[nodiscard]] Result<void> keep_only(std::span<const int> kept);

// Hands open files from one thread's table to another's (unix(7), SCM_RIGHTS). Made before the tables part, with both
// ends kept in each.
class DescriptorBridge {
 public:
  // std::system_error where no socket can be had.
  DescriptorBridge();

  // Both ends, for `keep_only`.
  [[nodiscard]] std::span<const int> kept() const { return ends_; }

  // Puts the file behind `descriptor` on its way. One at a time: send, then receive.
  [[nodiscard]] Result<void> send(int descriptor) const;
  // The file that was sent, close-on-exec, in the calling thread's table. Fails where that is full.
  [[nodiscard]] Result<Descriptor> receive() const;

 private:
  int ends_[2];
  Descriptor in_;
  Descriptor out_;
};

}  // namespace tidings::net
