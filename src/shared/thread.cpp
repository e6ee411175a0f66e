#include "shared/thread.hpp"

#include <future>

namespace tidings::shared {

void ReactorThread::run(const std::function<void()>& task) {
  std::promise<void> done;
  reactor_.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace tidings::shared
