// SPDX-License-Identifier: MIT
// Which parts of a URI or a request target are hidden, and which names are those of secrets.
#include <weft/core/secrets.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(secrets, hidden_in_uris_and_targets) {
    const std::pair<std::string, std::string> texts[] = {
        {"/feed?token=SECRET", "/feed?token=***"},
        {"/feed?room=1&access_token=SECRET&name=ann", "/feed?room=1&access_token=***&name=ann"},
        {"/?Token=SECRET;KEY=SECRET", "/?Token=***;KEY=***"},
        {"/?api%5Fkey=SECRET", "/?api%5Fkey=***"},
        {"/?%74oken=SECRET", "/?%74oken=***"},
        {"/?%zztoken=SECRET", "/?%zztoken=***"},
        {"/?a=b?token=SECRET", "/?a=b?token=***"},
        {"/?sig=SEC=RET==&x", "/?sig=***&x"},
        {"/?token=", "/?token=***"},
        {"/?token", "/?token"},
        {"/token=x", "/token=x"},
        {"/?mail=ann@example.org&pass=SECRET", "/?mail=ann@example.org&pass=***"},
        {"/callback#access_token=SECRET&state=1", "/callback#access_token=***&state=1"},
        {"ws://h/feed?token=SECRET", "ws://h/feed?token=***"},
        {"ws://h/feed?mail=ann@example.org", "ws://h/feed?mail=ann@example.org"},
        {"wss://[::1]:1/?X-Amz-Credential=SECRET&X-Amz-Date=1&X-Amz-Signature=SECRET",
         "wss://[::1]:1/?X-Amz-Credential=***&X-Amz-Date=1&X-Amz-Signature=***"},
        {"http://user:SECRET@h/?password=SECRET", "http://***@h/?password=***"},
        {"ws://user:SECRET@h:99999/?key=SECRET", "ws://***@h:99999/?key=***"},
        {"ws://h h/?token=SECRET", "ws://h h/?token=***"},
        {"//user:SECRET@h/?key=SECRET", "//***@h/?key=***"},
        {"/user:SECRET@h", "/***@h"},
        {"///SECRET@h/", "///***@h/"},
        {"//user:SEC/RET@h", "//***@h"},
        {"/@scope/package:1", "/@scope/package:1"},
        {"/mail/ann@example.org", "/mail/ann@example.org"},
        {"http://evil.example", "http://evil.example"},
        {"null", "null"},
        {"*", "*"},
        {"", ""},
    };
    for (const auto& [text, shown] : texts) EXPECT_EQ(without_secrets(text), shown);
}

TEST(secrets, names) {
    for (const std::string_view name : {"token",       "TOKEN",         "access_token",
                                        "accessToken", "id-token",      "key",
                                        "api_key",     "apiKey",        "x-api-key",
                                        "password",    "passwd",        "pwd",
                                        "secret",      "client_secret", "sig",
                                        "signature",   "auth",          "X-Auth",
                                        "authCode",    "oauth",         "code",
                                        "jwt",         "sid",           "PHPSESSID",
                                        "JSESSIONID",  "Authorization", "Proxy-Authorization",
                                        "Cookie",      "Set-Cookie",    "X-Auth-Token"}) {
        EXPECT_TRUE(is_secret_name(name)) << name;
    }
    for (const std::string_view name :
         {"", "name", "room", "author", "design", "encoding", "q", "keyboard", "sign", "passenger",
          "Host", "Origin", "User-Agent", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol",
          "WWW-Authenticate", "Authentication-Info"}) {
        EXPECT_FALSE(is_secret_name(name)) << name;
    }
}

} // namespace
} // namespace weft
