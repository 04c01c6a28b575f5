// SPDX-License-Identifier: MIT
//! The event loop, timers, work from other threads, and how panics pass through C.

use std::any::Any;
use std::cell::Cell;
use std::os::raw::c_void;
use std::os::unix::io::BorrowedFd;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::error::{check, milliseconds, Error};
use crate::ffi;

// --- panics

/// One call of `run` or `process`, with the first panic of the handlers that it has called.
struct Turn {
    to_stop: *mut ffi::Loop, // by a panic; null in `process`
    panic: Cell<Option<Box<dyn Any + Send>>>,
}

thread_local! {
    /// The innermost turn on this thread, or null.
    static TURN: Cell<*const Turn> = const { Cell::new(ptr::null()) };
}

/// Runs what C has called. Returns false if it panicked; the turn on this thread resumes the panic
/// when C has returned.
pub(crate) fn catch(action: impl FnOnce()) -> bool {
    let panic = match catch_unwind(AssertUnwindSafe(action)) {
        Ok(()) => return true,
        Err(panic) => panic,
    };
    // SAFETY: a turn removes its pointer before it ends, and borrows the loop that it stops.
    if let Some(turn) = unsafe { TURN.with(Cell::get).as_ref() } {
        match turn.panic.take() {
            None => {
                turn.panic.set(Some(panic));
                unsafe { ffi::weft_loop_stop(turn.to_stop) };
                return false;
            }
            first => turn.panic.set(first),
        }
    }
    // The panic hook has printed it. Its destructor might panic, too.
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(another);
    }
    false
}

// --- pointers `user` of C

/// Passes `what` to C, as an owner. `release::<T>` takes it back.
pub(crate) fn into_user<T>(what: Rc<T>) -> *mut c_void {
    Rc::into_raw(what) as *mut c_void
}

/// Returns another owner, so that the object outlives the callback, whatever that destroys.
///
/// # Safety
/// `user` must be from `into_user::<T>`, and not released.
pub(crate) unsafe fn shared<T>(user: *mut c_void) -> Rc<T> {
    Rc::increment_strong_count(user as *const T);
    Rc::from_raw(user as *const T)
}

pub(crate) unsafe extern "C" fn release<T>(user: *mut c_void) {
    catch(|| drop(Rc::from_raw(user as *const T)));
}

/// A function that C calls once or never, perhaps on another thread than it is released on.
type Work = Option<Box<dyn FnOnce()>>;

/// Calls `begin` with a callback, `user` and `release`. If that fails, drops the work.
pub(crate) fn with_work(
    work: Box<dyn FnOnce()>,
    begin: impl FnOnce(ffi::Callback, *mut c_void, Option<ffi::Callback>) -> i32,
) -> Result<(), Error> {
    unsafe extern "C" fn call(user: *mut c_void) {
        // SAFETY: nothing else uses the box until `release`, which C calls later. The work is taken
        // out of it, and so remains valid whatever it destroys.
        let work = (*(user as *mut Work)).take();
        catch(|| work.into_iter().for_each(|work| work()));
    }
    unsafe extern "C" fn release(user: *mut c_void) {
        catch(|| drop(Box::from_raw(user as *mut Work)));
    }
    let user = Box::into_raw(Box::new(Some(work))) as *mut c_void;
    let result = check(begin(call, user, Some(release)));
    if result.is_err() {
        unsafe { release(user) }; // a call that fails keeps nothing
    }
    result
}

// --- the loop

/// An event loop: it runs on its own ([`run`](Self::run)), or in a loop of the application, which
/// watches [`fd`](Self::fd) for reading and calls [`process`](Self::process).
///
/// Its drop ends everything on it at once, without calls of handlers except for the `done` of a
/// shutdown in progress. Its servers, clients, timers and connections may exist longer, but have no
/// effect any more.
pub struct EventLoop {
    raw: *mut ffi::Loop,
    in_turn: Cell<bool>,
    alive: Rc<Cell<bool>>,
    remote: Remote,
}

impl EventLoop {
    /// Creates a loop on this thread.
    pub fn new() -> Result<EventLoop, Error> {
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_loop_create(ptr::null(), &mut raw) })?;
        Ok(EventLoop {
            raw,
            in_turn: Cell::new(false),
            alive: Rc::new(Cell::new(true)),
            remote: Remote {
                target: Arc::new(Target(RwLock::new(raw))),
            },
        })
    }

    /// Runs until [`stop`](Self::stop), or until there is no more work: no listener, connection,
    /// armed timer or posted function. Returns how many callbacks were called.
    ///
    /// A `stop` before this call makes it return at once. Can be called again.
    ///
    /// # Panics
    /// Resumes the panic of a handler. Panics if this loop is already running.
    pub fn run(&self) -> usize {
        self.turn(self.raw, || unsafe {
            let count = ffi::weft_loop_run(self.raw);
            ffi::weft_loop_restart(self.raw);
            count
        })
    }

    /// Makes `run` return.
    pub fn stop(&self) {
        unsafe { ffi::weft_loop_stop(self.raw) }
    }

    /// With `true`, `run` does not return for lack of work, such as while only other threads make
    /// some.
    pub fn set_perpetual(&self, on: bool) {
        unsafe { ffi::weft_loop_set_perpetual(self.raw, on.into()) }
    }

    /// Returns the descriptor that another event loop watches for reading. Timers make it readable,
    /// too. Its number does not change. Only watch it, and stop before the drop of this loop.
    pub fn fd(&self) -> Result<BorrowedFd<'_>, Error> {
        let mut fd = -1;
        check(unsafe { ffi::weft_loop_descriptor(self.raw, &mut fd) })?;
        // SAFETY: the loop keeps it open.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// Runs one turn of bounded time, without waiting. Returns true if there is more to do; the
    /// descriptor is then still readable. Calling it needlessly is harmless.
    ///
    /// # Panics
    /// Resumes the panic of a handler. Panics if this loop is already running.
    pub fn process(&self) -> bool {
        self.turn(ptr::null_mut(), || unsafe {
            ffi::weft_loop_process(self.raw) != 0
        })
    }

    /// Returns the time until the next timer is due, in whole milliseconds. Needed only by loops
    /// that cannot watch a descriptor.
    pub fn timeout(&self) -> Option<Duration> {
        let left = unsafe { ffi::weft_loop_timeout(self.raw) };
        u64::try_from(left).ok().map(Duration::from_millis)
    }

    /// Returns a reference to this loop for other threads.
    pub fn remote(&self) -> Remote {
        self.remote.clone()
    }

    pub(crate) fn raw(&self) -> *mut ffi::Loop {
        self.raw
    }

    pub(crate) fn alive(&self) -> Rc<Cell<bool>> {
        self.alive.clone()
    }

    /// Handlers could be entered twice if a handler ran its own loop, so that is refused.
    fn turn<T>(&self, to_stop: *mut ffi::Loop, run: impl FnOnce() -> T) -> T {
        assert!(
            !self.in_turn.replace(true),
            "the event loop is already running"
        );
        let turn = Turn {
            to_stop,
            panic: Cell::new(None),
        };
        let outer = TURN.with(|innermost| innermost.replace(&turn));
        let result = run();
        TURN.with(|innermost| innermost.set(outer));
        self.in_turn.set(false);
        if let Some(panic) = turn.panic.take() {
            resume_unwind(panic);
        }
        result
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        self.alive.set(false);
        self.remote.target.detach();
        unsafe { ffi::weft_loop_destroy(self.raw) }
    }
}

/// A reference to an [`EventLoop`] for other threads, which may outlive the loop.
#[derive(Clone)]
pub struct Remote {
    target: Arc<Target>,
}

/// The loop, or null after its drop. Functions of C are called while the lock is held.
struct Target(RwLock<*mut ffi::Loop>);

// SAFETY: only functions that may be called on any thread use the pointer, and the loop is not
// destroyed while they do.
unsafe impl Send for Target {}
unsafe impl Sync for Target {}

impl Target {
    fn detach(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ptr::null_mut();
    }

    fn with<T>(&self, action: impl FnOnce(*mut ffi::Loop) -> T) -> Option<T> {
        let raw = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!raw.is_null()).then(|| action(*raw))
    }
}

impl Remote {
    /// Wakes the loop, and calls `work` on its thread in a later turn. If the loop is dropped
    /// first, `work` is dropped without a call. Fails with `WEFT_E_GONE` if it was dropped already.
    pub fn post(&self, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        with_work(Box::new(work), |call, user, release| {
            let post = |raw| unsafe { ffi::weft_loop_post(raw, call, user, release) };
            self.target.with(post).unwrap_or(ffi::GONE)
        })
    }

    /// Makes `run` return; no effect after the loop's drop.
    pub fn stop(&self) {
        self.target.with(|raw| unsafe { ffi::weft_loop_stop(raw) });
    }
}

// --- timers

/// Calls a function at a time. Its drop disarms it.
pub struct Timer {
    raw: *mut ffi::Timer,
    loop_alive: Rc<Cell<bool>>,
}

impl Timer {
    /// Creates a timer that is not armed.
    pub fn new(on: &EventLoop, expired: impl Fn() + 'static) -> Result<Timer, Error> {
        type Expired = Box<dyn Fn()>;
        unsafe extern "C" fn call(user: *mut c_void) {
            catch(|| shared::<Expired>(user)());
        }
        let mut raw = ptr::null_mut();
        let user = into_user::<Expired>(Rc::new(Box::new(expired)));
        let release = release::<Expired>;
        let error = unsafe { ffi::weft_timer_create(on.raw, call, user, Some(release), &mut raw) };
        if error != ffi::OK {
            unsafe { release(user) };
        }
        check(error)?;
        Ok(Timer {
            raw,
            loop_alive: on.alive(),
        })
    }

    /// Calls the function once, `delay` from now. Replaces an earlier time.
    pub fn arm(&self, delay: Duration) {
        if self.loop_alive.get() {
            unsafe { ffi::weft_timer_arm(self.raw, milliseconds(delay)) }
        }
    }

    /// Calls the function `first` from now, and then every `period`, at least a millisecond.
    pub fn arm_every(&self, first: Duration, period: Duration) {
        let period = milliseconds(period).max(1);
        if self.loop_alive.get() {
            unsafe { ffi::weft_timer_arm_every(self.raw, milliseconds(first), period) }
        }
    }

    /// Prevents the next call.
    pub fn disarm(&self) {
        if self.loop_alive.get() {
            unsafe { ffi::weft_timer_disarm(self.raw) }
        }
    }

    /// Returns true if a call is due in the future.
    pub fn is_armed(&self) -> bool {
        self.loop_alive.get() && unsafe { ffi::weft_timer_armed(self.raw) != 0 }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        unsafe { ffi::weft_timer_destroy(self.raw) }
    }
}
