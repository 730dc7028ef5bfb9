//! The calls: one line an endpoint.

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

use crate::{Client, json};

/// A method of the native client for each call: the call's number, the arguments of its path, its parameters
/// and its options, all but the number as JSON.
macro_rules! calls {
    ($( $name:ident = $($group:ident).+, $method:ident($($argument:ident),*); )*) => {
        #[napi]
        impl Client { $(
            #[doc = concat!("`", stringify!($method), "`")]
            #[napi(catch_unwind)]
            pub fn $name<'env>(
                &self,
                env: &'env Env,
                call: u32,
                $( $argument: String, )*
                params: Option<String>,
                options: Option<String>,
            ) -> Result<Object<'env>> {
                let kernel = self.kernel.clone();
                self.calls.start(env, call, async move {
                    let sent = async {
                        let request = kernel$(.$group())+.$method($( json::argument(stringify!($argument), &$argument)? ),*)
                            .params(json::params(params.as_deref())?)
                            .options(json::call_options(options.as_deref())?);
                        request.send().await
                    };
                    json::reply(sent.await)
                })
            }
        )* }
    };
}

calls! {
    auth_connections_login = auth.connections, login(id);
}
