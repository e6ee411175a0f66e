// The query of a URL as parameters (application/x-www-form-urlencoded, as URLSearchParams writes it).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "errors/error.hpp"

namespace tidings::http {

class Query {
 public:
  // Malformed percent-encoding, a NUL, or bytes that are not UTF-8: `parameter_invalid`.
  [[nodiscard]] static Result<Query> parse(std::string_view text);

  // nothing where absent; `parameter_repeated` where it stands twice.
  [[nodiscard]] Result<std::optional<std::string>> one(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace tidings::http
