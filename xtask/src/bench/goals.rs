//! What each language must reach, beside the API's own package or, in Swift, the crate. Another goal is another entry.

/// What is measured, of both packages.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// From the start of a process to its first answer, less what an empty one takes.
    Start,
    /// What loading the package adds to an empty process.
    Import,
    /// CPU of one login, page or event.
    Cpu,
    /// How many logins, pages or events a second has.
    Rate,
    /// The most memory the process had.
    Peak,
    /// The file that is published, where there is one that needs no other; else what is installed.
    Package,
    /// What is installed, with all that it needs.
    Installed,
}

/// What is reached when it holds.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// So many times better than the other package in the same run.
    Times(f64),
    /// No more than that: milliseconds or megabytes.
    AtMost(f64),
    /// Nothing, it is only told.
    Told,
}

/// What the programs are asked for.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Work {
    pub(super) subject: &'static str,
    pub(super) in_flight: u32,
    /// How many calls are made with this project's package,
    pub(super) calls: u32,
    /// and with the other one.
    pub(super) official_calls: u32,
    /// Whether program and server share one CPU: waking another one costs more than a call.
    pub(super) is_alone: bool,
}

/// One line of the table.
pub(super) struct Entry {
    pub(super) what: &'static str,
    pub(super) reading: Reading,
    pub(super) work: Work,
    /// How this project's program works,
    pub(super) mode: &'static str,
    /// and how the other one does: the way in which it is fastest.
    pub(super) official_mode: &'static str,
    pub(super) goal: Goal,
}

const LOGIN: Work = Work {
    subject: "login",
    in_flight: 1,
    calls: 10_000,
    official_calls: 2_000,
    is_alone: true,
};
const FIRST: Work = Work {
    subject: "first",
    calls: 1,
    official_calls: 1,
    is_alone: false,
    ..LOGIN
};
const THREADS: Work = Work {
    in_flight: 8,
    calls: 20_000,
    is_alone: false,
    ..LOGIN
};
const TASKS: Work = Work {
    in_flight: 64,
    calls: 30_000,
    is_alone: false,
    ..LOGIN
};
const PAGE: Work = Work {
    subject: "page",
    calls: 1_000,
    official_calls: 60,
    ..LOGIN
};
const FIELDS: Work = Work {
    subject: "fields",
    ..PAGE
};
const EVENTS: Work = Work {
    subject: "events",
    calls: 60,
    official_calls: 10,
    is_alone: false,
    ..LOGIN
};

/// As many calls with either: V8 goes on for thousands of them to make what is called faster.
const fn evenly(work: Work) -> Work {
    Work {
        official_calls: work.calls,
        ..work
    }
}
const EVEN_LOGIN: Work = evenly(LOGIN);
/// As where the server is another machine.
const APART_LOGIN: Work = Work {
    is_alone: false,
    ..EVEN_LOGIN
};
const EVEN_TASKS: Work = evenly(TASKS);
const EVEN_PAGE: Work = evenly(PAGE);
const EVEN_EVENTS: Work = evenly(EVENTS);

macro_rules! entries {
    ($($what:literal: $reading:ident of $work:ident, $mode:literal against $official:literal, $goal:expr;)*) => {
        &[$( Entry {
            what: $what,
            reading: Reading::$reading,
            work: $work,
            mode: $mode,
            official_mode: $official,
            goal: $goal,
        } ),*]
    };
}

use Goal::{AtMost, Times, Told};

/// With asyncio, `kernel` starts fastest with httpx and works fastest with aiohttp and uvloop.
pub(super) const PYTHON: &[Entry] = entries! {
    "fresh process to first login, ms": Start of FIRST, "sync" against "sync", Times(40.0);
    "  asyncio": Start of FIRST, "asyncio" against "asyncio", Times(9.0);
    "import, ms": Import of FIRST, "sync" against "sync", AtMost(5.0);
    "CPU per login, one after another, us": Cpu of LOGIN, "sync" against "sync", Times(20.0);
    "  asyncio": Cpu of LOGIN, "asyncio" against "aiohttp", Times(10.0);
    "logins per second, 8 threads": Rate of THREADS, "sync" against "sync", Times(45.0);
    "  asyncio, 64 in flight": Rate of TASKS, "asyncio" against "aiohttp", Times(30.0);
    "CPU per login, asyncio, 64 in flight, us": Cpu of TASKS, "asyncio" against "aiohttp", Times(35.0);
    "peak memory after 10000 logins, MB": Peak of LOGIN, "sync" against "sync", AtMost(18.0);
    "  asyncio": Peak of LOGIN, "asyncio" against "aiohttp", AtMost(27.0);
    "CPU for a page of 100, us": Cpu of PAGE, "sync" against "sync", Times(17.0);
    "  all fields read": Cpu of FIELDS, "sync" against "sync", Times(12.0);
    "  asyncio": Cpu of PAGE, "asyncio" against "aiohttp", Times(6.0);
    "events per second": Rate of EVENTS, "sync" against "sync", Times(7.5);
    "  asyncio": Rate of EVENTS, "asyncio" against "aiohttp", Times(2.6);
    "one wheel that needs no other, MB": Package of FIRST, "sync" against "sync", AtMost(7.0);
    "  installed": Installed of FIRST, "sync" against "sync", Told;
};

/// `undici` is the HTTP client of Node's own project, called with nothing around it.
pub(super) const NODE: &[Entry] = entries! {
    "fresh process to first login, ms": Start of FIRST, "kernel-client" against "@onkernel/sdk", Times(9.0);
    "require, ms": Import of FIRST, "kernel-client" against "@onkernel/sdk", AtMost(4.0);
    "CPU per login, one after another, us": Cpu of EVEN_LOGIN, "kernel-client" against "@onkernel/sdk", Times(8.0);
    "logins per second, 64 in flight": Rate of EVEN_TASKS, "kernel-client" against "@onkernel/sdk", Times(20.0);
    "  beside bare undici.request": Rate of EVEN_TASKS, "kernel-client" against "undici", Times(1.5);
    "CPU per login, 64 in flight, us": Cpu of EVEN_TASKS, "kernel-client" against "@onkernel/sdk", Times(20.0);
    "peak memory after 10000 logins, MB": Peak of EVEN_LOGIN, "kernel-client" against "@onkernel/sdk", AtMost(57.0);
    "CPU for a page of 100, us": Cpu of EVEN_PAGE, "kernel-client" against "@onkernel/sdk", Times(3.3);
    "events per second": Rate of EVEN_EVENTS, "kernel-client" against "@onkernel/sdk", Times(3.2);
    "installed, MB": Installed of FIRST, "kernel-client" against "@onkernel/sdk", AtMost(7.0);
};

/// A ratio below 1 says how much slower than the crate it may be. A login is awaited in `main`, as the README has it in each
/// language, so that another thread is woken by each answer (`threads`), or on the thread where answers arrive: `executor`
/// and the crate's `client`. What wakes a thread is told, and has the same goal, beside the crate that wakes none too.
pub(super) const SWIFT: &[Entry] = entries! {
    "fresh process to first login, ms": Start of FIRST, "client" against "client", Times(0.5);
    "CPU per login, one after another, us": Cpu of EVEN_LOGIN, "client" against "threads", Times(1.0 / 1.5);
    "  the server on another CPU": Cpu of APART_LOGIN, "client" against "threads", Times(1.0 / 1.5);
    "  both where answers arrive": Cpu of EVEN_LOGIN, "executor" against "client", Times(1.0 / 1.5);
    "  only the crate there": Cpu of EVEN_LOGIN, "client" against "client", Times(1.0 / 1.5);
    "    the server on another CPU": Cpu of APART_LOGIN, "client" against "client", Times(1.0 / 1.5);
    "logins per second, 64 in flight": Rate of EVEN_TASKS, "client" against "client", Times(0.7);
    "  both where answers arrive": Rate of EVEN_TASKS, "executor" against "client", Told;
    "CPU per login, 64 in flight, us": Cpu of EVEN_TASKS, "client" against "client", Told;
    "  both where answers arrive": Cpu of EVEN_TASKS, "executor" against "client", Told;
    "peak memory after 10000 logins, MB": Peak of EVEN_LOGIN, "client" against "client", Told;
    "CPU for a page of 100, us": Cpu of EVEN_PAGE, "client" against "client", Told;
    "events per second": Rate of EVEN_EVENTS, "client" against "client", Times(0.5);
};
