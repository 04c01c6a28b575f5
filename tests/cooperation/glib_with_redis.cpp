// SPDX-License-Identifier: MIT
// hiredis on GLib. Its adapter leaves destroying its source to the application.
#include <hiredis/adapters/glib.h>

#include "glib_place.hpp"
#include "redis_place.hpp"

namespace weft::testing {
namespace {

class glib_with_redis final : public glib_place<redis_place> {
public:
    ~glib_with_redis() override {
        for (GSource* one : sources_) {
            g_source_destroy(one);
            g_source_unref(one);
        }
    }

    void adopt(redisAsyncContext* redis) override {
        sources_.push_back(redis_source_new(redis));
        g_source_attach(sources_.back(), context_);
    }

private:
    std::vector<GSource*> sources_;
};

const place_registration<redis_place> glib("glib",
                                           [] { return std::make_unique<glib_with_redis>(); });

} // namespace
} // namespace weft::testing
