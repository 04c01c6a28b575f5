// SPDX-License-Identifier: MIT
//! Errors, and the conversion of texts and times for C.

use std::ffi::{CStr, CString};
use std::fmt;
use std::os::raw::{c_char, c_int};
use std::time::Duration;

use crate::ffi;

/// A call failed, or a connection ended with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: c_int,
    text: String,
}

impl Error {
    /// Returns the `WEFT_E_` number, which never changes.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Returns the name of the number, such as `"WEFT_E_BAD_URI"`. All errors of the system have
    /// the name `"WEFT_E_SYSTEM"`, those of TLS `"WEFT_E_TLS"`, and those of name resolution
    /// `"WEFT_E_RESOLVE"`.
    pub fn name(&self) -> &'static str {
        // SAFETY: the library returns a constant, for every number.
        let name = unsafe { CStr::from_ptr(ffi::weft_error_name(self.code)) };
        name.to_str().unwrap_or("WEFT_E_OTHER")
    }

    /// Returns the number of the system's error, such as `ECONNREFUSED`, if it is one.
    pub fn raw_os_error(&self) -> Option<i32> {
        (self.code >= ffi::SYSTEM).then(|| self.code - ffi::SYSTEM)
    }

    /// Describes `code`; `detail` says what it concerned, and may be empty.
    pub(crate) fn new(code: c_int, detail: &str) -> Error {
        // SAFETY: the text is valid until the next call on this thread; it is copied at once.
        let mut text = unsafe { copied(ffi::weft_error_text(code)) };
        if !detail.is_empty() {
            text = format!("{text}: {detail}");
        }
        Error { code, text }
    }

    pub(crate) fn bad_argument(detail: &str) -> Error {
        Error::new(ffi::BAD_ARGUMENT, detail)
    }

    pub(crate) fn gone() -> Error {
        Error::new(ffi::GONE, "the event loop was dropped")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

/// Turns the result of the call of C that has just returned into a `Result`.
pub(crate) fn check(code: c_int) -> Result<(), Error> {
    if code == ffi::OK {
        return Ok(());
    }
    // SAFETY: the detail is valid until the next call that fails; it is copied at once.
    Err(Error::new(code, &unsafe {
        copied(ffi::weft_error_detail())
    }))
}

/// # Safety
/// `text` must be a valid C string, or null.
pub(crate) unsafe fn copied(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    CStr::from_ptr(text).to_string_lossy().into_owned()
}

/// Copies a text for C; `what` is its name in the error.
pub(crate) fn c_text(text: impl Into<Vec<u8>>, what: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::bad_argument(&format!("{what} contains a NUL")))
}

pub(crate) fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

const MILLISECONDS_MAX: u128 = 1_000_000_000_000; // about thirty years, as in Weft

pub(crate) fn milliseconds(time: Duration) -> i64 {
    let count = (time.as_nanos() + 999_999) / 1_000_000;
    count.min(MILLISECONDS_MAX) as i64
}

/// Converts a timeout of options, in which 0 would mean the default.
pub(crate) fn timeout(time: Option<Duration>) -> i64 {
    match time {
        None => 0,
        Some(Duration::MAX) => ffi::NEVER,
        Some(time) => milliseconds(time).max(1),
    }
}
