// The least that a server can do, to measure the hub against: accepts streams, and for each event that is published
// writes the bytes that the hub would write, one send() a stream. Checks nothing, stores nothing, keeps nothing: what
// it costs is what the kernel costs.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
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

void write_to(int fd, std::string_view bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != static_cast<ssize_t>(bytes.size())) {
    give_up("bare_send: a stream did not take an event whole");
  }
}

class Server {
 public:
  Server() : listener_(::socket(AF_INET, SOCK_STREAM, 0)), epoll_(::epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0) give_up("bare_send: bind");
    if (::listen(listener_, 4096) != 0) give_up("bare_send: listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    watch(listener_);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      std::array<epoll_event, 256> ready{};
      const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = ready[static_cast<std::size_t>(i)].data.fd;
        fd == listener_ ? accept() : read(fd);
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest);
  }

  void accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) give_up("bare_send: accept");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(fd);
  }

  void read(int fd) {
    std::array<char, 8192> buffer{};
    const ssize_t length = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (length <= 0) {
      // The generator leaves when it has its figures.
      std::exit(0);
    }
    std::string& request = requests_[fd];
    request.append(buffer.data(), static_cast<std::size_t>(length));
    while (take_request(fd, request)) {
    }
    if (request.empty()) requests_.erase(fd);
  }

  // Whether `request` began with a whole request, which is then answered and cut off.
  bool take_request(int fd, std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    if (request.starts_with("GET ")) {
      write_to(fd, stream_head);
      write_to(fd, frame("hello", 0, "{}"));
      streams_.push_back(fd);
      request.erase(0, head + 4);
      return true;
    }
    const std::size_t field = request.find("Content-Length: ");
    const std::size_t body = head + 4;
    const std::size_t length = std::strtoull(request.c_str() + field + 16, nullptr, 10);
    if (request.size() < body + length) return false;
    const std::size_t data = request.find("\"data\":", body) + 7;
    const std::string event = frame("a.b", ++events_, std::string_view(request).substr(data, body + length - 1 - data));
    for (const int stream : streams_) write_to(stream, event);
    write_to(fd, answer);
    request.erase(0, body + length);
    return true;
  }

  int listener_;
  int epoll_;
  std::vector<int> streams_;
  std::unordered_map<int, std::string> requests_;  // not complete yet
  std::uint64_t events_ = 0;
};

}  // namespace

int main() { Server().run(); }
