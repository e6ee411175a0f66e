#include "store/log_time.hpp"

#include <algorithm>

namespace tidings::store {
namespace {

bool noticed(Milliseconds jump) { return jump > LogTime::noticed_jump || jump < -LogTime::noticed_jump; }

}  // namespace

void LogTime::start(WallTime newest) {
  base_ = std::max(clock_.wall(), newest);
  began_ = clock_.monotonic();
  known_ahead_ = ahead();
}

WallTime LogTime::now() const { return base_ + (clock_.monotonic() - began_); }

WallTime LogTime::from_wall(WallTime time) const {
  const Milliseconds by = ahead();
  return noticed(by) ? time - by : time;
}

Milliseconds LogTime::jump() {
  const Milliseconds by = ahead() - known_ahead_;
  if (!noticed(by)) return Milliseconds{0};
  known_ahead_ += by;
  return by;
}

}  // namespace tidings::store
