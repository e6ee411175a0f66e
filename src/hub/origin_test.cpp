#include "hub/origin.hpp"

#include <gtest/gtest.h>

namespace tidings::hub {
namespace {

TEST(Origin, IsWellFormedAsBrowsersSerialiseIt) {
  for (const auto* text :
       {"https://app.example", "http://localhost", "http://localhost:3000", "http://[::1]:8080",
        "http://127.0.0.1:65535", "https://[2001:db8::1]", "app+shell://bundle", "https://a_b.example"}) {
    EXPECT_TRUE(well_formed_origin(text)) << text;
  }
}

TEST(Origin, IsRefusedInAnyOtherForm) {
  for (const auto* text : {"",
                           "*",
                           "null",
                           "app.example",
                           "https:app.example",
                           "https://",
                           "://app.example",
                           "https://app.example/",
                           "https://app.example/path",
                           "https://App.example",
                           "HTTPS://app.example",
                           "https://user@app.example",
                           "https://app.example:443",
                           "http://app.example:80",
                           "https://app.example:",
                           "https://app.example:0443",
                           "https://app.example:65536",
                           "https://app.example:123456",
                           "https://app.example:3x",
                           "1https://app.example",
                           "https://app example",
                           "https://*.app.example",
                           "http://[]",
                           "http://[::1",
                           "http://[127.0.0.1]",
                           "http://[nonsense]",
                           "http://[::1]x",
                           "https://app.example?x",
                           "https://a,b"}) {
    EXPECT_FALSE(well_formed_origin(text)) << text;
  }
}

}  // namespace
}  // namespace tidings::hub
