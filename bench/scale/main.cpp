// Holds very many streams and does as it is told on standard input, a line each:
//
//   open N     streams in all
//   look       one line on standard output: a JSON object of what was found until now
//
// Ends, and with it every stream, at the end of its input.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "streams.hpp"

namespace {

using namespace tidings::bench;

std::size_t number_in(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class Threads {
 public:
  Threads(Target target, std::size_t streams_a_thread) : target_(std::move(target)), most_(streams_a_thread) {}

  // Evenly over as many threads as it takes: those that are there already hold on to theirs.
  void open(std::size_t streams) {
    while (threads_.size() * most_ < streams) {
      threads_.push_back(std::make_unique<StreamThread>(threads_.size(), target_, findings_));
    }
    for (const auto& thread : threads_) {
      thread->open(std::min(streams, most_));
      streams -= std::min(streams, most_);
    }
  }

  void look() const {
    std::printf("{\"greeted\":%llu,\"pinged\":%llu,\"deliveries\":%llu,\"threads\":%zu,\"failure\":\"%s\"}\n",
                static_cast<unsigned long long>(findings_.greeted), static_cast<unsigned long long>(findings_.pinged),
                static_cast<unsigned long long>(findings_.deliveries), threads_.size(), findings_.failure().c_str());
    std::fflush(stdout);
  }

 private:
  Target target_;
  std::size_t most_;
  Findings findings_;
  std::vector<std::unique_ptr<StreamThread>> threads_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("scale_load: needs the hub's port, the secret of its tokens, and how many streams a thread may have\n",
               stderr);
    return 2;
  }
  Threads threads({.port = static_cast<std::uint16_t>(number_in(arguments[1])), .secret = arguments[2]},
                  number_in(arguments[3]));
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("open ")) threads.open(number_in(std::string_view(line).substr(5)));
    if (line == "look") threads.look();
  }
  // The kernel closes a million sockets faster than a loop does.
  std::_Exit(0);
}
