//! The calls: one line an endpoint.

use kernel_client::{Error, host};
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::session::Session;
use crate::{Client, json, reply};

/// A native method for each call: the call's number, its arguments, its parameters and its options, all but the
/// number as JSON, and whether the body is left unread. After the arrow: what crosses back.
macro_rules! calls {
    (
        $class:ident.$field:ident:
        $( $name:ident = [$($group:ident),*] $method:ident $(($($argument:ident),*))? => $answer:ident; )*
    ) => {
        #[napi]
        impl $class { $(
            #[doc = concat!("`", stringify!($method), "`")]
            #[napi(catch_unwind)]
            #[allow(clippy::too_many_arguments, reason = "those of a call, and its own")]
            pub fn $name(
                &self,
                env: &Env,
                call: u32,
                $( $( $argument: String, )* )?
                params: Option<String>,
                options: Option<String>,
                is_unread: bool,
            ) -> Result<()> {
                let root = self.$field.clone();
                calls::start(env, call, async move {
                    let request = || {
                        Ok::<_, Error>(request!(root$(.$group())*, params; $method $(($($argument),*))?)
                            .options(json::call_options(options.as_deref())?))
                    };
                    let request = request().map(|request| unkept!($answer, request));
                    reply::of(request, is_unread, reply::$answer).await
                })
            }
        )* }
    };
}

/// A call whose parameters come after its arguments; or, where it has no parentheses, one that begins with them.
macro_rules! request {
    ($resource:expr, $params:ident; $method:ident) => {
        $resource.$method(json::params($params.as_deref())?)
    };
    ($resource:expr, $params:ident; $method:ident($($argument:ident),*)) => {
        $resource
            .$method($( json::argument::<String>(stringify!($argument), &$argument)? ),*)
            .params(json::params($params.as_deref())?)
    };
}

/// Models are only checked: JavaScript has the text.
macro_rules! unkept {
    (model, $request:expr) => {
        host::unkept($request)
    };
    (page, $request:expr) => {
        host::unkept_page($request)
    };
    ($other:ident, $request:expr) => {
        $request
    };
}

calls! { Client.kernel:
    auth_connections_create = [auth, connections] create => model;
    auth_connections_retrieve = [auth, connections] retrieve(id) => model;
    auth_connections_update = [auth, connections] update(id) => model;
    auth_connections_list = [auth, connections] list() => page;
    auth_connections_delete = [auth, connections] delete(id) => nothing;
    auth_connections_login = [auth, connections] login(id) => model;
    auth_connections_submit = [auth, connections] submit(id) => model;
    auth_connections_follow = [auth, connections] follow(id) => events;
    auth_connections_timeline = [auth, connections] timeline(id) => page;
    auth_connections_exchange = [auth, connections] exchange(id, handoff_code) => session;
    auth_context_retrieve = [auth, context] retrieve() => model;
}

calls! { Session.session:
    retrieve = [] retrieve() => model;
    submit = [] submit() => model;
    follow = [] follow() => events;
}
