// A real redis-server, or redis-sentinel, on a port of loopback and in a temporary folder of its own. Ends with the
// test, and with the thread that started it, however that ends.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/descriptor.hpp"
#include "redis/address.hpp"

namespace tidings::redis::testing {

class ServerProcess {
 public:
  using Arguments = std::vector<std::string>;

  static ServerProcess server(const Arguments& options = {}) { return {"redis-server", "", options}; }
  static ServerProcess replica_of(const HostPort& primary, Arguments options = {}) {
    options.insert(options.end(), {"--replicaof", primary.host, std::to_string(primary.port)});
    return server(options);
  }
  // Of a primary that it alone may replace, by this replica.
  static ServerProcess sentinel(const std::string& master, const HostPort& primary, const HostPort& replica) {
    const auto place = [](const HostPort& of) { return of.host + ' ' + std::to_string(of.port); };
    return {"redis-sentinel",
            "sentinel monitor " + master + ' ' + place(primary) + " 1\n" +          //
                "sentinel known-replica " + master + ' ' + place(replica) + '\n' +  //
                "sentinel down-after-milliseconds " + master + " 300\n" +           //
                "sentinel failover-timeout " + master + " 1000\n",
            {}};
  }

  ServerProcess(ServerProcess&&) = delete;
  ServerProcess& operator=(ServerProcess&&) = delete;
  ~ServerProcess() {
    end();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] HostPort where() const { return {"127.0.0.1", port_}; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  void pause() const { ::kill(pid_, SIGSTOP); }
  void go_on() const { ::kill(pid_, SIGCONT); }
  // At once, as a crash does.
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  // At the same port, after `end`.
  void start_again() {
    if (!start(port_)) throw std::runtime_error(program_ + " does not start again");
  }

 private:
  ServerProcess(std::string program, std::string configuration, Arguments options)
      : program_(std::move(program)), configuration_(std::move(configuration)), options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "tidings-redis-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    // Somebody else may take the port between our asking for it and the server's.
    for (int attempts = 0; attempts < 20; ++attempts) {
      if (start(free_port())) return;
    }
    std::filesystem::remove_all(folder_);
    throw std::runtime_error(program_ + " does not start");
  }

  static std::uint16_t free_port() {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
  }

  // Whether it came to listen.
  bool start(std::uint16_t port) {
    port_ = port;
    // A file of its own, which a Sentinel rewrites.
    const std::string file = (folder_ / "server.conf").string();
    if (!std::filesystem::exists(file)) std::ofstream(file) << configuration_;
    Arguments words{program_,    file,    "--port",         std::to_string(port), "--bind",
                    "127.0.0.1", "--dir", folder_.string(), "--logfile",          ""};
    if (program_ == "redis-server") words.insert(words.end(), {"--save", "", "--repl-diskless-sync-delay", "0"});
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const Descriptor out(ends[0]);
    Descriptor in(ends[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(in.get(), STDOUT_FILENO);
      ::execvp(arguments.front(), arguments.data());
      ::_exit(127);
    }
    in.reset();
    if (ready(out.get())) return true;
    end();
    return false;
  }

  // Reads what the server says until it is ready; nobody reads on after that, which servers don't mind.
  static bool ready(int out) {
    std::string said;
    std::array<char, 4096> buffer{};
    pollfd waiting{.fd = out, .events = POLLIN, .revents = 0};
    while (::poll(&waiting, 1, 20'000) > 0) {
      const ssize_t got = ::read(out, buffer.data(), buffer.size());
      if (got <= 0) return false;
      said.append(buffer.data(), static_cast<std::size_t>(got));
      if (said.find("eady to accept connections") != std::string::npos) return true;
      if (said.find("+monitor master") != std::string::npos) return true;
    }
    return false;
  }

  std::string program_;
  std::string configuration_;
  Arguments options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace tidings::redis::testing
