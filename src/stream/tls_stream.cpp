// SPDX-License-Identifier: MIT
// Passes bytes through a TLS session. A chunk of ciphertext is decrypted in its own memory. That is
// possible if the session held no partial record before the chunk: then the plaintext is never
// longer than the ciphertext that was read.
#include <weft/stream/tls_stream.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <weft/stream/tls_error.hpp>

namespace weft {
namespace {

/// The most plaintext in one record. RFC 8446 §5.1.
constexpr std::size_t record_size_max = 16 * 1024;

/// The most ciphertext that may wait for the stream below: a record, handshake messages, and the
/// responses to a peer that updates its keys again and again.
constexpr std::size_t sealed_size_max = 256 * 1024;

/// `write` accepts no more once at least this much ciphertext has been gathered.
constexpr std::size_t gathered_size_max = sealed_size_max / 2;

/// The address of this identifies the class in `stream::kind`.
constexpr char kind_of_tls = 0;

constexpr std::string_view answer_to_plain_http =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 54\r\n"
    "Connection: close\r\n\r\n"
    "This is an HTTP request to a server that expects TLS.\n";

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Recognises HTTP methods that the TLS library does not: OPTIONS, DELETE, PATCH and others.
bool begins_like_request(std::string_view text) noexcept {
    const auto method_end =
        std::find_if(text.begin(), text.end(), [](char byte) { return byte < 'A' || byte > 'Z'; });
    const auto rest = text.substr(static_cast<std::size_t>(method_end - text.begin()));
    return rest.size() < text.size() && (rest.starts_with(" /") || rest.starts_with(" *"));
}

/// Describes the first bytes of something that is not TLS: as text up to the first byte that is not
/// printable, or in hexadecimal.
std::string description_of(std::string_view received) {
    constexpr std::size_t text_max = 16;
    constexpr std::size_t bytes_max = 8;
    const auto is_printable = [](char byte) { return byte >= ' ' && byte <= '~'; };
    const auto end = std::find_if_not(received.begin(), received.end(), is_printable);
    const auto size = static_cast<std::size_t>(end - received.begin());
    if (size > 1) {
        return "it sent \"" + std::string(received.substr(0, std::min(size, text_max))) + '"';
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "it sent 0x";
    for (const char byte : received.substr(0, bytes_max)) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0xfU];
    }
    return text;
}

/// Splits a list of pieces into records. Joins small pieces into one record.
class record_cutter {
public:
    explicit record_cutter(std::span<const std::span<const std::byte>> pieces) noexcept
        : pieces_(pieces) {
        skip_empty();
    }

    [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }

    /// Returns the next record's plaintext, valid until the next call.
    [[nodiscard]] std::span<const std::byte> next() noexcept {
        const auto first = take(record_size_max);
        if (pieces_.empty() || first.size() == record_size_max) return first;
        std::size_t size = 0;
        for (auto part = first; !part.empty(); part = take(record_size_max - size)) {
            std::copy(part.begin(), part.end(), joined_ + size);
            size += part.size();
        }
        return std::span(joined_).first(size);
    }

private:
    /// Takes up to `size` bytes of the first piece that is left; empty if none is left.
    std::span<const std::byte> take(std::size_t size) noexcept {
        if (pieces_.empty()) return {};
        const auto whole = pieces_.front().subspan(at_);
        const auto part = whole.first(std::min(size, whole.size()));
        at_ += part.size();
        skip_empty();
        return part;
    }

    void skip_empty() noexcept {
        while (!pieces_.empty() && at_ == pieces_.front().size()) {
            pieces_ = pieces_.subspan(1);
            at_ = 0;
        }
    }

    std::span<const std::span<const std::byte>> pieces_;
    std::size_t at_ = 0; // in the first piece
    std::byte joined_[record_size_max];
};

} // namespace

tls_stream::tls_stream(std::unique_ptr<stream> under,
                       std::unique_ptr<tls_session> session) noexcept
    : stream(under->driver()), under_(std::move(under)), session_(std::move(session)),
      gathers_(under_->calls_application()) {
    session_->attach(*this);
}

tls_stream::~tls_stream() {
    tls_stream::close();
}

// --- lifetime

void tls_stream::start(stream_events& sink) noexcept {
    sink_ = &sink;
    under_->start(*this);
    driver().defer(*this);
}

void tls_stream::pause() noexcept {
    paused_ = true;
    if (!opening_ && !closed_) stop_below();
}

void tls_stream::resume() noexcept {
    paused_ = false;
    if (opening_ || closed_ || eof_reported_) return;
    if (busy_ || delivered_ || backlog()) return driver().defer(*this);
    stopped_ = false;
    under_->resume();
}

void tls_stream::stop_below() noexcept {
    stopped_ = true;
    under_->pause();
}

void tls_stream::half_close() noexcept {
    if (closed_ || std::exchange(half_closed_, true)) return;
    if (!opening_) end_output();
}

/// Sends close_notify, after the ciphertext that is waiting.
void tls_stream::end_output() noexcept {
    session_->end_output();
    if (sealed_.empty()) return under_->half_close();
    if (!send_gathered()) driver().defer(*this); // to report it
}

void tls_stream::close() noexcept {
    if (std::exchange(closed_, true)) return;
    driver().cancel(*this);
    if (eof_reported_ && !half_closed_ && sealed_.empty()) {
        session_->end_output(); // responds to the peer's
        send_gathered();
    }
    under_->close();
}

/// Sends no close_notify: the stream was cut.
void tls_stream::close_with_reset() noexcept {
    if (std::exchange(closed_, true)) return;
    driver().cancel(*this);
    under_->close_with_reset();
}

/// Reports an error, after an alert that may have been gathered.
void tls_stream::fail(std::error_code why) noexcept {
    send_gathered();
    if (std::exchange(closed_, true)) return; // by the application, meanwhile
    driver().cancel(*this);
    under_->close();
    sink_->on_error(why);
}

/// Returns why the session has failed: `write_error_`, or the session's own error.
std::error_code tls_stream::error_of_session() noexcept {
    const auto why = session_->take_error();
    return write_error_ ? write_error_ : why;
}

/// Returns the error of a failed handshake. Recognises an HTTP response of a server. A client that
/// has sent an HTTP request gets an HTTP response.
std::error_code tls_stream::error_of_handshake() noexcept {
    std::error_code why = error_of_session();
    if (why == tls_error::not_tls) {
        const bool at_server = session_->serves();
        const auto text = as_text(chunk_);
        if (at_server && begins_like_request(text)) why = tls_error::http_request;
        if (!at_server && text.starts_with("HTTP/")) return tls_error::http_answer;
    }
    if (why == tls_error::not_tls) note_received();
    if (why == tls_error::http_request) {
        send_gathered();
        const std::span<const std::byte> answer = std::as_bytes(std::span(answer_to_plain_http));
        static_cast<void>(under_->write(std::span(&answer, 1)));
        under_->half_close();
    }
    return why;
}

/// Records for the report what the peer sent instead of TLS.
void tls_stream::note_received() noexcept {
    try {
        note_fault(description_of(as_text(chunk_)));
    } catch (const std::bad_alloc&) {
        return; // the report omits it
    }
}

void tls_stream::note_fault(std::string what) noexcept {
    fault_.reset(new (std::nothrow) std::string(std::move(what)));
}

// --- called by the driver and by the stream below

/// Delivers one event; then the stream below delivers none until the next round, since the sink may
/// be destroyed.
void tls_stream::run() noexcept {
    if (closed_ || busy_) return;
    if (refused_ && !opening_ && !half_closed_ && sealed_.empty()) {
        refused_ = false;
        sink_->on_writable();
        if (closed_) return;
    }
    delivered_ = !opening_ && backlog();
    work_off(held_.bytes(), false);
}

bool tls_stream::wants_bytes() noexcept {
    const bool idle = !busy_ && !delivered_ && !backlog();
    const bool wanted = idle && (opening_ || eof_reported_ || (!paused_ && sink_->wants_bytes()));
    stopped_ = !wanted;
    return wanted;
}

void tls_stream::on_receive(std::span<std::byte> bytes) noexcept {
    if (!eof_reported_) work_off(bytes, true);
}

void tls_stream::on_eof() noexcept {
    if (eof_reported_) return;
    fail(opening_ ? tls_error::handshake_truncated : tls_error::truncated);
}

void tls_stream::on_error(std::error_code why) noexcept {
    closed_ = true;
    driver().cancel(*this);
    sink_->on_error(why);
}

void tls_stream::on_writable() noexcept {
    full_ = false;
    if (!flush()) return fail(write_error_);
    if (closed_ || opening_ || half_closed_ || !sealed_.empty()) return;
    if (std::exchange(refused_, false)) sink_->on_writable();
}

// --- reading

/// Returns true if input, an end or an error from below has not been delivered yet.
bool tls_stream::backlog() const noexcept {
    return !held_.empty() || read_error_ || end_waits();
}

bool tls_stream::end_waits() const noexcept {
    return !eof_reported_ && session_->ended();
}

/// Continues the handshake, or decrypts and delivers bytes if the sink wants them. `asked` means
/// that the sink has already said so. Unread ciphertext is held for later rounds.
void tls_stream::work_off(std::span<std::byte> ciphertext, bool asked) noexcept {
    busy_ = true;
    chunk_ = ciphertext;
    chunk_read_ = 0;
    const bool wanted = opening_ || (!paused_ && (asked || sink_->wants_bytes()));
    if (opening_) {
        shake_hands();
    } else if (wanted) {
        deliver_next();
    }
    if (!closed_) hold_rest();
    chunk_ = {};
    chunk_read_ = 0;
    busy_ = false;
    if (!send_gathered()) return fail(write_error_);
    if (closed_) return;
    // A nested turn may have run this without effect, because it was busy.
    if (gathers_ && refused_ && !opening_ && sealed_.empty()) driver().defer(*this);
    if (paused_) return;
    if (backlog() || delivered_) {
        if (wanted) driver().defer(*this);
    } else if (std::exchange(stopped_, false)) {
        under_->resume();
    }
}

void tls_stream::shake_hands() noexcept {
    const auto got = session_->shake_hands();
    if (got != tls_progress::done) {
        if (write_error_ || got != tls_progress::needs_input) fail(error_of_handshake());
        return;
    }
    opening_ = false;
    carried_ = 0;
    if (!early_.empty() && !seal(early_.bytes())) return fail(error_of_session());
    early_.clear();
    if (half_closed_) end_output();
    if (!send_gathered()) return fail(write_error_);
    if (closed_) return;
    if (paused_) stop_below();
    sink_->on_open();
    if (closed_ || !sealed_.empty()) return;
    if (std::exchange(refused_, false)) sink_->on_writable();
}

void tls_stream::deliver_next() noexcept {
    if (chunk_.size() != 0) {
        const auto room = sink_->input_room();
        const std::size_t needed = chunk_.size() + (carried_ == 0 ? 0 : record_size_max);
        const bool delivered = room.size() >= needed ? deliver_records(room)
            : carried_ == 0                     ? deliver_records(chunk_)
                                                : deliver_records_elsewhere();
        if (delivered) return;
    }
    if (read_error_) return fail(read_error_);
    if (end_waits()) report_end();
}

/// Delivers records if a part of the first one came in an earlier chunk. Its plaintext may be
/// longer than this chunk then, so it is decrypted into memory of its own.
bool tls_stream::deliver_records_elsewhere() noexcept {
    const std::size_t size = chunk_.size() + record_size_max;
    const std::unique_ptr<std::byte[]> plain(new (std::nothrow) std::byte[size]);
    if (plain) return deliver_records({plain.get(), size});
    read_error_ = std::make_error_code(std::errc::not_enough_memory);
    return false;
}

/// Decrypts all records of the chunk into `plain`, contiguously, and delivers them if there are
/// any.
bool tls_stream::deliver_records(std::span<std::byte> plain) noexcept {
    std::size_t size = 0;
    while (chunk_read_ != chunk_.size()) size += read(plain.subspan(size));
    if (size != 0) sink_->on_receive(plain.first(size));
    return size != 0;
}

/// Returns the plaintext size of one record; 0 if the record is incomplete, the end has come, or
/// there is an error (`read_error_`). In each of these cases the chunk is used up.
std::size_t tls_stream::read(std::span<std::byte> to) noexcept {
    std::size_t size = 0;
    const auto got = session_->read(to, size);
    if (got == tls_progress::done) {
        carried_ = 0;
        return size;
    }
    if (write_error_ || got == tls_progress::failed) read_error_ = error_of_session();
    chunk_read_ = chunk_.size(); // whatever follows the end is ignored
    return 0;
}

void tls_stream::report_end() noexcept {
    eof_reported_ = true;
    under_->pause(); // whatever follows the end is ignored
    sink_->on_eof();
}

/// Keeps the unread rest of the chunk, which may itself be in `held_`.
void tls_stream::hold_rest() noexcept {
    if (!held_.empty()) {
        held_.consume(chunk_read_);
        return held_.release_if_empty();
    }
    try {
        held_.append(chunk_.subspan(chunk_read_));
    } catch (const std::bad_alloc&) {
        read_error_ = std::make_error_code(std::errc::not_enough_memory);
    }
}

/// Called when the session reads.
std::size_t tls_stream::give_ciphertext(std::span<std::byte> to) noexcept {
    const auto next = chunk_.subspan(chunk_read_, std::min(to.size(), chunk_.size() - chunk_read_));
    std::copy(next.begin(), next.end(), to.begin());
    chunk_read_ += next.size();
    carried_ += next.size();
    return next.size();
}

// --- writing

result<std::size_t>
tls_stream::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    if (closed_ || half_closed_) return failure(std::make_error_code(std::errc::broken_pipe));
    if (opening_) return write_early(pieces);
    if (gathers_) return write_gathered(pieces);
    std::size_t taken = 0;
    for (record_cutter left(pieces); !left.empty();) {
        if (!sealed_.empty()) {
            refused_ = true;
            break;
        }
        const auto next = left.next();
        if (!seal(next)) return end_writing();
        taken += next.size();
    }
    return taken;
}

/// Keeps plaintext that is written before the handshake has ended, up to one record.
result<std::size_t>
tls_stream::write_early(std::span<const std::span<const std::byte>> pieces) noexcept {
    std::size_t taken = 0;
    for (const auto piece : pieces) {
        const auto part = piece.first(std::min(piece.size(), record_size_max - early_.size()));
        try {
            early_.append(part);
        } catch (const std::bad_alloc&) {
            write_error_ = std::make_error_code(std::errc::not_enough_memory);
            return end_writing();
        }
        taken += part.size();
        if (part.size() == piece.size()) continue;
        refused_ = true;
        break;
    }
    return taken;
}

/// Encrypts before it sends, since the pieces may be gone once the stream below was called.
result<std::size_t>
tls_stream::write_gathered(std::span<const std::span<const std::byte>> pieces) noexcept {
    std::size_t taken = 0;
    record_cutter left(pieces);
    while (!left.empty() && !full_ && sealed_.size() < gathered_size_max) {
        const auto next = left.next();
        if (!seal(next)) return end_writing();
        taken += next.size();
    }
    if (!left.empty()) refused_ = true;
    if (!send_gathered()) return end_writing();
    return taken;
}

failure tls_stream::end_writing() noexcept {
    const auto why = error_of_session();
    close();
    return failure(why);
}

bool tls_stream::seal(std::span<const std::byte> plain) noexcept {
    return session_->write(plain) && !write_error_;
}

/// Called when the session writes: sends at once, and keeps what the stream below does not take. If
/// that may call the application, keeps everything, because the session is on the stack.
bool tls_stream::take_ciphertext(std::span<const std::byte> sealed) noexcept {
    if (write_error_) return false;
    if (sealed_.size() + sealed.size() > sealed_size_max) {
        write_error_ = std::make_error_code(std::errc::no_buffer_space);
        return false;
    }
    std::size_t taken = 0;
    if (sealed_.empty() && !gathers_) {
        const auto got = under_->write(std::span(&sealed, 1));
        if (!got) {
            write_error_ = got.error();
            return false;
        }
        taken = *got;
    }
    try {
        sealed_.append(sealed.subspan(taken));
    } catch (const std::bad_alloc&) {
        write_error_ = std::make_error_code(std::errc::not_enough_memory);
    }
    return !write_error_;
}

/// Sends waiting ciphertext, and then the end of the output. Returns false if the stream below has
/// failed. That may call the application: what is encrypted meanwhile is sent here, too.
bool tls_stream::flush() noexcept {
    sending_ = true;
    while (!sealed_.empty() && !full_) {
        const std::span<const std::byte> waiting = sealed_.bytes();
        const std::size_t size = waiting.size();
        const auto taken = under_->write(std::span(&waiting, 1));
        if (!taken) {
            write_error_ = taken.error();
            break;
        }
        sealed_.consume(*taken);
        full_ = *taken < size;
        if (closed_) break;
    }
    sending_ = false;
    if (write_error_) return false;
    if (!sealed_.empty() || closed_) return true;
    sealed_.clear();
    if (half_closed_ && !opening_) under_->half_close();
    return true;
}

/// Sends what the session has written, if that was gathered. Called when the session is not on the
/// stack. A `write` that was accepted only in part gets its `on_writable` in a later round.
bool tls_stream::send_gathered() noexcept {
    if (!gathers_) return true;
    if (write_error_) return false;
    if (sealed_.empty() || sending_ || full_) return true;
    if (!flush()) return false;
    if (refused_ && sealed_.empty() && !closed_) driver().defer(*this);
    return true;
}

std::size_t tls_stream::memory_used() const noexcept {
    return held_.capacity() + early_.capacity() + sealed_.capacity() +
        session_->memory_used(!opening_ && carried_ == 0);
}

/// The stream below may be at an earlier phase, or have failed in one.
std::optional<phase> tls_stream::error_phase() const noexcept {
    if (const auto below = under_->error_phase()) return below;
    return opening_ ? std::optional(phase::tls) : std::nullopt;
}

// --- identity

const void* tls_stream::kind() const noexcept {
    return &kind_of_tls;
}

const tls_stream* tls_stream::of(const stream* transport) noexcept {
    const bool is_tls = transport != nullptr && transport->kind() == &kind_of_tls;
    return is_tls ? static_cast<const tls_stream*>(transport) : nullptr;
}

} // namespace weft
