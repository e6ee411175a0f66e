#include "net/timer.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace tidings::net {

void TimerLink::unlink() {
  if (next_ == nullptr) return;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = nullptr;
  previous_ = nullptr;
}

TimerWheel::TimerWheel(MonotonicTime start) : start_(start) {
  overdue_.next_ = overdue_.previous_ = &overdue_;
  for (auto& level : rings_) {
    for (Ring& ring : level) ring.next_ = ring.previous_ = &ring;
  }
}

TimerWheel::~TimerWheel() {
  const auto disarm = [](Ring& ring) {
    while (ring.next_ != &ring) ring.next_->unlink();
  };
  disarm(overdue_);
  for (auto& level : rings_) std::for_each(level.begin(), level.end(), disarm);
}

void TimerWheel::arm(Timer& timer, MonotonicTime when) {
  constexpr std::uint64_t furthest = (std::uint64_t{1} << (levels * digit_bits)) - 1;
  timer.unlink();
  if (when <= start_) {
    timer.tick_ = 0;
  } else {
    // Unsigned, since the distance between two times may be more than a signed number holds.
    const std::uint64_t ahead = static_cast<std::uint64_t>(when.time_since_epoch().count()) -
                                static_cast<std::uint64_t>(start_.time_since_epoch().count());
    constexpr std::uint64_t length = tick.count();
    timer.tick_ = std::min(ahead / length + (ahead % length != 0 ? 1 : 0), furthest);
  }
  if (timer.tick_ <= now_tick_) {
    append(overdue_, timer);
  } else {
    place(timer);
  }
}

void TimerWheel::cancel(Timer& timer) { timer.unlink(); }

void TimerWheel::advance(MonotonicTime now) {
  Ring due;
  due.next_ = due.previous_ = &due;
  move_all(overdue_, due);
  fire(due);
  if (now < start_) return;
  const auto target = static_cast<std::uint64_t>((now - start_) / tick);
  for (auto next = next_place(); next && next->tick <= target; next = next_place()) {
    now_tick_ = next->tick;
    move_all(rings_[static_cast<std::size_t>(next->level)][next->slot], due);
    if (next->level == 0) {
      fire(due);
      continue;
    }
    while (due.next_ != &due) {
      TimerLink& timer = *due.next_;
      timer.unlink();
      place(timer);
    }
  }
  now_tick_ = std::max(now_tick_, target);
}

MonotonicTime TimerWheel::next_due() const {
  if (overdue_.next_ != &overdue_) return start_ + static_cast<std::int64_t>(now_tick_) * tick;
  const auto next = next_place();
  return next ? start_ + static_cast<std::int64_t>(next->tick) * tick : MonotonicTime::max();
}

std::uint64_t TimerWheel::digit(std::uint64_t of, int level) const {
  return (of >> (level * digit_bits)) & (slots - 1);
}

// The earliest ring that holds something: all of a lower level come before any of a higher one.
std::optional<TimerWheel::Place> TimerWheel::next_place() const {
  for (int level = 0; level < levels; ++level) {
    std::uint64_t& bits = occupied_[static_cast<std::size_t>(level)];
    while (bits != 0) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(bits));
      const Ring& ring = rings_[static_cast<std::size_t>(level)][slot];
      if (ring.next_ != &ring) {
        const int above = (level + 1) * digit_bits;
        return Place{level, slot, (now_tick_ >> above << above) | (std::uint64_t{slot} << (level * digit_bits))};
      }
      bits &= bits - 1;
    }
  }
  return std::nullopt;
}

void TimerWheel::place(TimerLink& timer) {
  const std::uint64_t difference = timer.tick_ ^ now_tick_;
  const int level = difference == 0 ? 0 : (static_cast<int>(std::bit_width(difference)) - 1) / digit_bits;
  const std::uint64_t slot = digit(timer.tick_, level);
  append(rings_[static_cast<std::size_t>(level)][slot], timer);
  occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << slot;
}

// One at a time from the front, since any of them may arm, cancel or destroy any other.
void TimerWheel::fire(Ring& ring) {
  while (ring.next_ != &ring) {
    auto& timer = static_cast<Timer&>(*ring.next_);
    timer.unlink();
    timer.on_timer();
  }
}

void TimerWheel::append(Ring& ring, TimerLink& link) {
  link.previous_ = ring.previous_;
  link.next_ = &ring;
  ring.previous_->next_ = &link;
  ring.previous_ = &link;
}

void TimerWheel::move_all(Ring& from, Ring& to) {
  if (from.next_ == &from) return;
  from.next_->previous_ = to.previous_;
  to.previous_->next_ = from.next_;
  from.previous_->next_ = &to;
  to.previous_ = from.previous_;
  from.next_ = from.previous_ = &from;
}

}  // namespace tidings::net
