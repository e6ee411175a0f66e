// The least that a server can do, to measure the hub against: accepts streams, and writes the bytes that the hub would
// write to each of them. Checks nothing, stores nothing: what it costs is what the kernel costs.
//
//   bare_loop each      writes an event to all streams before it looks at the next, one send() a stream
//   bare_loop gather    takes up all events that have arrived, then writes each stream's in one send()
//
// Its port is the first line on standard output.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store, no-transform\r\n"
    "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::size_t most_behind = 256 * 1024 * 1024;  // bytes that the slowest stream has yet to take

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

// As the hub frames an event: a chunk, with an id of the same length.
std::string frame(std::string_view type, std::uint64_t number, std::string_view data) {
  const std::string event = "event: " + std::string(type) + "\nid: 0123456789abcdef-" + std::to_string(number) +
                            "\ndata: " + std::string(data) + "\n\n";
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", event.size());
  return size.data() + event + "\r\n";
}

class Server {
 public:
  explicit Server(bool gather)
      : gather_(gather), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), epoll_(::epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0) give_up("bare_loop: bind");
    if (::listen(listener_, 4096) != 0) give_up("bare_loop: listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      std::array<epoll_event, 512> ready{};
      const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<std::size_t>(i)];
        if (event.data.fd == listener_) {
          accept();
        } else if ((event.events & EPOLLOUT) != 0) {
          go_on(event.data.fd);
        } else {
          read(event.data.fd);
        }
      }
      if (gather_) write_all();
    }
  }

 private:
  struct Stream {
    int fd;
    std::uint64_t written;  // up to where in all events' bytes
    bool full = false;
  };

  void watch(int how, int fd, std::uint32_t events) {
    epoll_event interest{};
    interest.events = events;
    interest.data.fd = fd;
    ::epoll_ctl(epoll_, how, fd, &interest);
  }

  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0 && errno == EAGAIN) return;
      if (fd < 0) give_up("bare_loop: accept");
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
  }

  void read(int fd) {
    std::array<char, 16384> buffer;
    const ssize_t length = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (length <= 0) {
      std::erase_if(streams_, [&](const Stream& stream) { return stream.fd == fd; });
      requests_.erase(fd);
      ::close(fd);
      return;
    }
    std::string& request = requests_[fd];
    request.append(buffer.data(), static_cast<std::size_t>(length));
    while (take_request(fd, request)) {
    }
    if (request.empty()) requests_.erase(fd);
  }

  static void write_whole(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != static_cast<ssize_t>(bytes.size())) {
      give_up("bare_loop: a connection did not take an answer whole");
    }
  }

  // Whether `request` began with a whole request, which is then answered and cut off.
  bool take_request(int fd, std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    if (request.starts_with("GET ")) {
      write_whole(fd, stream_head);
      write_whole(fd, frame("hello", 0, "{}"));
      streams_.push_back({.fd = fd, .written = start_ + events_.size()});
      request.erase(0, head + 4);
      return true;
    }
    const std::size_t field = request.find("Content-Length: ");
    const std::size_t body = head + 4;
    const std::size_t length = std::strtoull(request.c_str() + field + 16, nullptr, 10);
    if (request.size() < body + length) return false;
    const std::size_t data = request.find("\"data\":", body) + 7;
    events_ += frame("a.b", ++count_, std::string_view(request).substr(data, body + length - 1 - data));
    if (!gather_) write_all();
    write_whole(fd, answer);
    request.erase(0, body + length);
    return true;
  }

  // To each stream what it lacks.
  void write_all() {
    if (events_.empty()) return;
    bool all_written = true;
    for (Stream& stream : streams_) all_written &= write(stream);
    if (all_written) {
      start_ += events_.size();
      events_.clear();
    } else if (events_.size() > most_behind) {
      give_up("bare_loop: the streams are not read fast enough");
    }
  }

  // Whether the stream has all.
  bool write(Stream& stream) {
    const std::string_view bytes = std::string_view(events_).substr(stream.written - start_);
    if (bytes.empty()) return true;
    if (stream.full) return false;
    const ssize_t length = ::send(stream.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (length < 0 && errno != EAGAIN) give_up("bare_loop: send");
    if (length > 0) stream.written += static_cast<std::size_t>(length);
    if (length == static_cast<ssize_t>(bytes.size())) return true;
    stream.full = true;
    watch(EPOLL_CTL_MOD, stream.fd, EPOLLIN | EPOLLOUT);
    return false;
  }

  void go_on(int fd) {
    for (Stream& stream : streams_) {
      if (stream.fd != fd) continue;
      stream.full = false;
      watch(EPOLL_CTL_MOD, fd, EPOLLIN);
      write(stream);
    }
  }

  bool gather_;
  int listener_;
  int epoll_;
  std::vector<Stream> streams_;
  std::unordered_map<int, std::string> requests_;  // not complete yet
  std::string events_;                             // the bytes of those that not all streams have
  std::uint64_t start_ = 0;                        // where in all events' bytes these begin
  std::uint64_t count_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const std::string_view how = count == 2 ? arguments[1] : "";
  if (how != "each" && how != "gather") {
    std::fputs("bare_loop: says how to write: bare_loop each, or bare_loop gather\n", stderr);
    return 2;
  }
  Server(how == "gather").run();
}
