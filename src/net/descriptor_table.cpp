#include "net/descriptor_table.hpp"

#include <linux/close_range.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

namespace tidings::net {
namespace {

tl::unexpected<Error> failed(const char* what) {
  return fail(ErrorCode::internal, std::string(what) + ": " + std::strerror(errno));
}

// One descriptor as a message (cmsg(3)). Its single byte of data only carries it.
struct Envelope {
  Envelope() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
};

}  // namespace

Result<void> keep_only(std::span<const int> kept) {
  std::vector<int> all{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  all.insert(all.end(), kept.begin(), kept.end());
  std::ranges::sort(all);
  // From the end, so that the first call both parts the tables and spares the kernel copying what is behind: unlike
  // unshare(CLONE_FILES), the usual seccomp filters of containers let it pass.
  if (::close_range(static_cast<unsigned>(all.back()) + 1, UINT_MAX, CLOSE_RANGE_UNSHARE) != 0) {
    return failed("close_range");
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i] - all[i - 1] < 2) continue;
    ::close_range(static_cast<unsigned>(all[i - 1]) + 1, static_cast<unsigned>(all[i]) - 1, 0);
  }
  return {};
}

DescriptorBridge::DescriptorBridge() {
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends_) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  out_ = Descriptor(ends_[0]);
  in_ = Descriptor(ends_[1]);
}

Result<void> DescriptorBridge::send(int descriptor) const {
  Envelope envelope;
  cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  if (::sendmsg(out_.get(), &envelope.message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return failed("sendmsg");
  return {};
}

Result<Descriptor> DescriptorBridge::receive() const {
  Envelope envelope;
  if (::recvmsg(in_.get(), &envelope.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return failed("recvmsg");
  const cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
  if (header == nullptr) return fail(ErrorCode::internal, "no descriptor is left for another socket");
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return Descriptor(descriptor);
}

}  // namespace tidings::net
