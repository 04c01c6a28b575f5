// SPDX-License-Identifier: MIT
// The BIO's callbacks for OpenSSL.
#include "tls/stream_bio.hpp"

#include <atomic>
#include <span>
#include <utility>

namespace weft {
namespace {

tls_wire& wire_of(BIO* bio) noexcept {
    return *static_cast<tls_wire*>(BIO_get_data(bio));
}

} // namespace

BIO* stream_bio::make() noexcept {
    BIO_METHOD* const callbacks = method();
    return callbacks ? BIO_new(callbacks) : nullptr;
}

void stream_bio::attach(BIO* bio, tls_wire& wire) noexcept {
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
}

void stream_bio::note_fault(const SSL* session, std::string what) noexcept {
    wire_of(SSL_get_rbio(session)).note_fault(std::move(what));
}

/// Returns the method that all threads share for the program's lifetime; if there is no memory for
/// it, the next caller tries again.
BIO_METHOD* stream_bio::method() noexcept {
    static std::atomic<BIO_METHOD*> known;
    if (BIO_METHOD* const one = known.load(std::memory_order_acquire)) return one;
    BIO_METHOD* const made = make_method();
    BIO_METHOD* earlier = nullptr;
    if (!made || known.compare_exchange_strong(earlier, made)) return made;
    BIO_meth_free(made);
    return earlier;
}

BIO_METHOD* stream_bio::make_method() noexcept {
    static const int type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK; // few indexes exist
    BIO_METHOD* const made = BIO_meth_new(type, "weft");
    if (!made) return nullptr;
    BIO_meth_set_read_ex(made, &stream_bio::read);
    BIO_meth_set_write_ex(made, &stream_bio::write);
    BIO_meth_set_ctrl(made, &stream_bio::control);
    return made;
}

int stream_bio::read(BIO* bio, char* to, std::size_t size, std::size_t* count) noexcept {
    BIO_clear_retry_flags(bio);
    *count = wire_of(bio).give_ciphertext({reinterpret_cast<std::byte*>(to), size});
    if (*count != 0) return 1;
    BIO_set_retry_read(bio);
    return 0;
}

int stream_bio::write(BIO* bio, const char* from, std::size_t size, std::size_t* count) noexcept {
    BIO_clear_retry_flags(bio);
    *count = size;
    return wire_of(bio).take_ciphertext({reinterpret_cast<const std::byte*>(from), size}) ? 1 : 0;
}

long stream_bio::control(BIO*, int command, long, void*) noexcept {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

} // namespace weft
