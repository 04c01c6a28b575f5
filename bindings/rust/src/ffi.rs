// SPDX-License-Identifier: MIT
//! Declarations of `<weft/weft.h>`, as far as this crate uses them. The header describes them.

use std::os::raw::{c_char, c_int, c_uint, c_void};

pub const OK: c_int = 0;
pub const BAD_CLOSE_CODE: c_int = 49;
pub const NOT_OPEN: c_int = 66;
pub const BAD_ARGUMENT: c_int = 72;
pub const GONE: c_int = 85;
pub const SYSTEM: c_int = 10000;
pub const NEVER: i64 = -1;
pub const NONE: usize = usize::MAX;

/// An object of the library, of which only its address is known. Neither `Send` nor `Sync`.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name {
            _private: [u8; 0],
            _not_send: std::marker::PhantomData<*mut u8>,
        }
    )*};
}

opaque!(Loop Server Client Connection Handle Timer Tls);

pub type Callback = unsafe extern "C" fn(*mut c_void);
pub type PeerCallback = unsafe extern "C" fn(*mut Connection, *mut c_void);
pub type MessageCallback =
    unsafe extern "C" fn(*mut Connection, *const c_void, usize, c_int, *mut c_void);
pub type PongCallback = unsafe extern "C" fn(*mut Connection, *const c_void, usize, *mut c_void);
pub type CloseCallback = unsafe extern "C" fn(*mut Connection, *const Report, *mut c_void);
pub type FailCallback = unsafe extern "C" fn(*const Report, *mut c_void);

#[repr(C)]
pub struct Report {
    pub error: c_int,
    pub clean: c_int,
    pub code: c_int,
    pub http_status: c_int,
    pub phase: c_uint,
    pub began: c_uint,
    pub reason: *const c_char,
    pub reason_size: usize,
    pub detail: *const c_char,
    pub text: *const c_char,
}

#[repr(C)]
pub struct Handlers {
    pub struct_size: usize,
    pub user: *mut c_void,
    pub release: Option<Callback>,
    pub open: Option<PeerCallback>,
    pub message: Option<MessageCallback>,
    pub writable: Option<PeerCallback>,
    pub pong: Option<PongCallback>,
    pub close: Option<CloseCallback>,
    pub fail: Option<FailCallback>,
    pub validate: Option<PeerCallback>,
    pub http: Option<PeerCallback>,
    pub interrupt: Option<Callback>,
}

#[repr(C)]
pub struct ConnectionOptions {
    pub struct_size: usize,
    pub message_size_max: usize,
    pub queue_size_max: usize,
    pub when_full: c_int,
    pub compression: c_int,
    pub handshake_timeout_ms: i64,
    pub close_timeout_ms: i64,
    pub idle_timeout_ms: i64,
    pub ping_interval_ms: i64,
    pub pong_timeout_ms: i64,
    pub write_stall_timeout_ms: i64,
    pub message_timeout_ms: i64,
    pub keep_handshake: c_int,
}

#[repr(C)]
pub struct Header {
    pub name: *const c_char,
    pub value: *const c_char,
}

#[repr(C)]
pub struct TlsOptions {
    pub struct_size: usize,
    pub certificate_file: *const c_char,
    pub key_file: *const c_char,
    pub certificate: *const c_char,
    pub key: *const c_char,
    pub key_password: *const c_char,
    pub issuers_file: *const c_char,
    pub issuers: *const c_char,
    pub client_certificates: c_int,
    pub accept_any_certificate: c_int,
}

#[repr(C)]
pub struct ListenOptions {
    pub struct_size: usize,
    pub tls: *mut Tls,
    pub backlog: c_int,
    pub reuse_port: c_int,
    pub ipv6_only: c_int,
}

#[repr(C)]
pub struct ConnectOptions {
    pub struct_size: usize,
    pub connection: *const ConnectionOptions,
    pub subprotocols: *const *const c_char,
    pub subprotocol_count: usize,
    pub subprotocol_required: c_int,
    pub headers: *const Header,
    pub header_count: usize,
    pub resolve_timeout_ms: i64,
    pub connect_timeout_ms: i64,
    pub proxy_timeout_ms: i64,
    pub tls_timeout_ms: i64,
    pub via: *const c_char,
    pub proxy: *const c_char,
    pub tls: *mut Tls,
    pub redirects_max: usize,
}

extern "C" {
    pub fn weft_error_text(error: c_int) -> *const c_char;
    pub fn weft_error_name(error: c_int) -> *const c_char;
    pub fn weft_error_detail() -> *const c_char;
    pub fn weft_version() -> *const c_char;
    pub fn weft_has_tls() -> c_int;
    pub fn weft_has_compression() -> c_int;

    pub fn weft_loop_create(options: *const c_void, out: *mut *mut Loop) -> c_int;
    pub fn weft_loop_destroy(of: *mut Loop);
    pub fn weft_loop_run(of: *mut Loop) -> usize;
    pub fn weft_loop_stop(of: *mut Loop);
    pub fn weft_loop_restart(of: *mut Loop);
    pub fn weft_loop_set_perpetual(of: *mut Loop, on: c_int);
    pub fn weft_loop_descriptor(of: *mut Loop, out: *mut c_int) -> c_int;
    pub fn weft_loop_process(of: *mut Loop) -> c_int;
    pub fn weft_loop_timeout(of: *mut Loop) -> c_int;
    pub fn weft_loop_post(
        of: *mut Loop,
        work: Callback,
        user: *mut c_void,
        release: Option<Callback>,
    ) -> c_int;

    pub fn weft_timer_create(
        on: *mut Loop,
        expired: Callback,
        user: *mut c_void,
        release: Option<Callback>,
        out: *mut *mut Timer,
    ) -> c_int;
    pub fn weft_timer_destroy(timer: *mut Timer);
    pub fn weft_timer_arm(timer: *mut Timer, delay_ms: i64);
    pub fn weft_timer_arm_every(timer: *mut Timer, first_ms: i64, period_ms: i64);
    pub fn weft_timer_disarm(timer: *mut Timer);
    pub fn weft_timer_armed(timer: *const Timer) -> c_int;

    pub fn weft_tls_client_create(options: *const TlsOptions, out: *mut *mut Tls) -> c_int;
    pub fn weft_tls_server_create(options: *const TlsOptions, out: *mut *mut Tls) -> c_int;
    pub fn weft_tls_destroy(tls: *mut Tls);

    pub fn weft_server_create(on: *mut Loop, out: *mut *mut Server) -> c_int;
    pub fn weft_server_destroy(server: *mut Server);
    pub fn weft_server_route(
        server: *mut Server,
        path: *const c_char,
        subprotocol: *const c_char,
        handlers: *const Handlers,
        options: *const ConnectionOptions,
    ) -> c_int;
    pub fn weft_server_listen(
        server: *mut Server,
        host: *const c_char,
        port: u16,
        options: *const ListenOptions,
        port_out: *mut u16,
    ) -> c_int;
    pub fn weft_server_stop_listening(server: *mut Server);
    pub fn weft_server_shutdown(
        server: *mut Server,
        within_ms: i64,
        done: Option<Callback>,
        user: *mut c_void,
        release: Option<Callback>,
    ) -> c_int;
    pub fn weft_server_connection_count(server: *const Server) -> usize;

    pub fn weft_client_create(on: *mut Loop, out: *mut *mut Client) -> c_int;
    pub fn weft_client_destroy(client: *mut Client);
    pub fn weft_client_connect(
        client: *mut Client,
        uri: *const c_char,
        handlers: *const Handlers,
        options: *const ConnectOptions,
        out: *mut *mut Handle,
    ) -> c_int;
    pub fn weft_client_shutdown(
        client: *mut Client,
        within_ms: i64,
        done: Option<Callback>,
        user: *mut c_void,
        release: Option<Callback>,
    ) -> c_int;

    pub fn weft_connection_send_text(
        peer: *mut Connection,
        text: *const c_char,
        size: usize,
    ) -> c_uint;
    pub fn weft_connection_send_binary(
        peer: *mut Connection,
        bytes: *const c_void,
        size: usize,
    ) -> c_uint;
    pub fn weft_connection_close(peer: *mut Connection, code: c_int, reason: *const c_char);
    pub fn weft_connection_abort(peer: *mut Connection);
    pub fn weft_connection_pause(peer: *mut Connection) -> c_int;
    pub fn weft_connection_resume(peer: *mut Connection);
    pub fn weft_connection_is_open(peer: *const Connection) -> c_int;
    pub fn weft_connection_queued_bytes(peer: *const Connection) -> usize;
    pub fn weft_connection_set_data(
        peer: *mut Connection,
        data: *mut c_void,
        release: Option<Callback>,
    ) -> c_int;
    pub fn weft_connection_data(peer: *mut Connection) -> *mut c_void;
    pub fn weft_connection_remote_address(
        peer: *const Connection,
        buffer: *mut c_char,
        size: usize,
    ) -> usize;
    pub fn weft_connection_path(peer: *const Connection, buffer: *mut c_char, size: usize)
        -> usize;
    pub fn weft_connection_query(
        peer: *const Connection,
        buffer: *mut c_char,
        size: usize,
    ) -> usize;
    pub fn weft_connection_header(
        peer: *const Connection,
        name: *const c_char,
        buffer: *mut c_char,
        size: usize,
    ) -> usize;
    pub fn weft_connection_subprotocol(
        peer: *const Connection,
        buffer: *mut c_char,
        size: usize,
    ) -> usize;

    pub fn weft_connection_handle(peer: *mut Connection, out: *mut *mut Handle) -> c_int;
    pub fn weft_handle_acquire(handle: *mut Handle) -> *mut Handle;
    pub fn weft_handle_release(handle: *mut Handle);
    pub fn weft_handle_send_text(handle: *mut Handle, text: *const c_char, size: usize) -> c_uint;
    pub fn weft_handle_send_binary(
        handle: *mut Handle,
        bytes: *const c_void,
        size: usize,
    ) -> c_uint;
    pub fn weft_handle_close(handle: *mut Handle, code: c_int, reason: *const c_char) -> c_int;
    pub fn weft_handle_abort(handle: *mut Handle) -> c_int;
    pub fn weft_handle_queued_bytes(handle: *const Handle) -> usize;
}
