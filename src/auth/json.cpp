#include "auth/json.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace tidings::auth {
namespace {

// Builds a value as its parser reports it, and ends the parsing at what the parser itself would let pass: a repeated
// name, or too deep a nesting. A token is parsed for every connection, and nlohmann's own way to watch its parser costs
// half as much again.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] Json take() { return *std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string& /*text*/) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Json::binary_t& /*value*/) override { return false; }  // GCOVR_EXCL_LINE: JSON has none
  bool start_object(std::size_t /*size*/) override { return begin(Json::object()); }
  bool start_array(std::size_t /*size*/) override { return begin(Json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string& name) override {
    const auto [member, fresh] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name));
    member_ = &member->second;
    return fresh;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const Json::exception& /*error*/) override {
    return false;
  }

 private:
  bool add(Json value) {
    put(std::move(value));
    return true;
  }
  bool begin(Json value) {
    if (open_.size() == most_json_depth) return false;
    open_.push_back(&put(std::move(value)));
    return true;
  }
  bool end() {
    open_.pop_back();
    return true;
  }
  Json& put(Json value) {
    if (open_.empty()) return root_.emplace(std::move(value));
    if (open_.back()->is_array()) return open_.back()->emplace_back(std::move(value));
    return *member_ = std::move(value);
  }

  std::optional<Json> root_;
  std::vector<Json*> open_;  // arrays and objects; none is moved while it is open
  Json* member_ = nullptr;   // of the innermost object: the one whose value comes next
};

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  // The parser would skip a byte order mark, and take a NUL for the end.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos) return std::nullopt;
  StrictBuilder builder;
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take();
}

std::optional<Json> parse_json_object(std::string_view text) {
  auto json = parse_json(text);
  if (json && !json->is_object()) return std::nullopt;
  return json;
}

std::optional<std::string> write_json(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    return std::nullopt;
  }
}

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace tidings::auth
