# What classes have that no description of the API can give; it follows what the description gives.

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Literal

class LoginReturn:
    @staticmethod
    def parse(url: str) -> LoginReturn:
        """Reads the URL that the person came back to, whole.

        Anybody can open such a URL: before relying on it, ask the API (`retrieve`). Raises InvalidArgumentError when it
        is no URL, or none that the hosted page makes.
        """

class ConnectionsResource:
    def login_and_wait(
        self,
        id: str,
        *,
        browser: Browser | _Absent | None = ...,
        browser_telemetry: BrowserTelemetry | _Absent | None = ...,
        proxy: Proxy | _Absent | None = ...,
        record_session: bool | _Absent | None = ...,
        skill_mode: SkillMode | _Absent | None = ...,
        on_login: Callable[[LoginResponse], object] | None = None,
        on_input: Callable[[InputRequest], InputAnswer | None] | None = None,
        wait_timeout: _Seconds = ...,
        extra_headers: _Headers | None = None,
        extra_query: _Query | None = None,
        extra_body: _Body | None = None,
        timeout: _Timeout = ...,
        total_timeout: _Seconds = ...,
        max_retries: int | _Absent = ...,
        reconnect: bool | _Absent = ...,
        idle_timeout: _Seconds = ...,
    ) -> ManagedAuth:
        """Starts a login and waits for its end: gives the connection once it is signed in.

        It survives streams that break and outages of the API, and lasts no longer than the flow. The person signs in
        at the hosted page, or `on_input` answers. What a handler raises ends the login and is raised here.
        Handlers are called on this thread. Ctrl-C ends everything at once.

        Args:
            on_login: Is told where the person signs in, once, before anything is waited for.
            on_input: Is asked whenever the login wants input. What it returns is submitted: a dict with
                `field_values` or `selected_choice_id`. None submits nothing, for example while something must be done
                elsewhere.
            wait_timeout: The longest to wait, in seconds. Default: until the flow expires.
            reconnect: Whether the stream of events is opened again when it breaks off. Default True.
            idle_timeout: Seconds that the stream may be silent; None for no limit. Default 60.

        The other arguments are those of `login`, and options of each call that the login is made of.

        Raises:
            LoginFailedError: The login failed; `code`, `website_error` and `flow_status` say how.
            APITimeoutError: `wait_timeout` is over.
        """

class AsyncConnectionsResource:
    def login_and_wait(
        self,
        id: str,
        *,
        browser: Browser | _Absent | None = ...,
        browser_telemetry: BrowserTelemetry | _Absent | None = ...,
        proxy: Proxy | _Absent | None = ...,
        record_session: bool | _Absent | None = ...,
        skill_mode: SkillMode | _Absent | None = ...,
        on_login: Callable[[LoginResponse], Awaitable[object] | object] | None = None,
        on_input: Callable[[InputRequest], Awaitable[InputAnswer | None] | InputAnswer | None] | None = None,
        wait_timeout: _Seconds = ...,
        extra_headers: _Headers | None = None,
        extra_query: _Query | None = None,
        extra_body: _Body | None = None,
        timeout: _Timeout = ...,
        total_timeout: _Seconds = ...,
        max_retries: int | _Absent = ...,
        reconnect: bool | _Absent = ...,
        idle_timeout: _Seconds = ...,
    ) -> Coroutine[Any, Any, ManagedAuth]:
        """Starts a login and waits for its end: gives the connection once it is signed in.

        It survives streams that break and outages of the API, and lasts no longer than the flow. The person signs in
        at the hosted page, or `on_input` answers. What a handler raises ends the login and is raised here.
        Handlers may be asynchronous. Cancelling the task ends everything at once.

        Args:
            on_login: Is told where the person signs in, once, before anything is waited for.
            on_input: Is asked whenever the login wants input. What it returns is submitted: a dict with
                `field_values` or `selected_choice_id`. None submits nothing, for example while something must be done
                elsewhere. A coroutine is cancelled when
                its answer is not wanted any more.
            wait_timeout: The longest to wait, in seconds. Default: until the flow expires.
            reconnect: Whether the stream of events is opened again when it breaks off. Default True.
            idle_timeout: Seconds that the stream may be silent; None for no limit. Default 60.

        The other arguments are those of `login`, and options of each call that the login is made of.

        Raises:
            LoginFailedError: The login failed; `code`, `website_error` and `flow_status` say how.
            APITimeoutError: `wait_timeout` is over.
        """

class ManagedAuthSession:
    @staticmethod
    def exchange(
        id: str,
        handoff_code: str,
        *,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        http_client: _HTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> ManagedAuthSession:
        """Exchanges the `handoff_code` of a login for a session, without a client and without the API key.

        An account's API key does not belong into an app: whoever has the app has the key. Instead a backend starts the
        login and hands the app its `id` and `handoff_code`. A code that was used before is gone (410).

        The other arguments are those of `Kernel`.
        """

    @property
    def id(self) -> str:
        """The connection's id."""

    def wait_for_login(
        self,
        *,
        on_input: Callable[[InputRequest], InputAnswer | None] | None = None,
        wait_timeout: _Seconds = ...,
        extra_headers: _Headers | None = None,
        extra_query: _Query | None = None,
        timeout: _Timeout = ...,
        total_timeout: _Seconds = ...,
        max_retries: int | _Absent = ...,
        reconnect: bool | _Absent = ...,
        idle_timeout: _Seconds = ...,
    ) -> ManagedAuth:
        """Waits for the end of the login that the session is for: gives the connection once it is signed in.

        It survives streams that break and outages of the API, and lasts no longer than a flow can: 20 minutes. The
        person signs in at the hosted page, or `on_input` answers. What the handler raises ends the wait and is
        raised here.
        It is called on this thread. Ctrl-C ends the wait at once and leaves the login alone.
        A login that is over already is told of at once.

        Args:
            on_input: Is asked whenever the login wants input. What it returns is submitted: a dict with
                `field_values` or `selected_choice_id`. None submits nothing, for example while something must be done
                elsewhere.
            wait_timeout: The longest to wait, in seconds. Default: until the flow expires.
            reconnect: Whether the stream of events is opened again when it breaks off. Default True.
            idle_timeout: Seconds that the stream may be silent; None for no limit. Default 60.

        The other arguments are options of each call that the wait is made of.

        Raises:
            LoginFailedError: The login failed; `code`, `website_error` and `flow_status` say how.
            APITimeoutError: `wait_timeout` is over.
        """

class AsyncManagedAuthSession:
    @staticmethod
    def exchange(
        id: str,
        handoff_code: str,
        *,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        http_client: _AsyncHTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> Coroutine[Any, Any, AsyncManagedAuthSession]:
        """Exchanges the `handoff_code` of a login for a session, without a client and without the API key.

        An account's API key does not belong into an app: whoever has the app has the key. Instead a backend starts the
        login and hands the app its `id` and `handoff_code`. A code that was used before is gone (410).

        The other arguments are those of `AsyncKernel`.
        """

    @property
    def id(self) -> str:
        """The connection's id."""

    def wait_for_login(
        self,
        *,
        on_input: Callable[[InputRequest], Awaitable[InputAnswer | None] | InputAnswer | None] | None = None,
        wait_timeout: _Seconds = ...,
        extra_headers: _Headers | None = None,
        extra_query: _Query | None = None,
        timeout: _Timeout = ...,
        total_timeout: _Seconds = ...,
        max_retries: int | _Absent = ...,
        reconnect: bool | _Absent = ...,
        idle_timeout: _Seconds = ...,
    ) -> Coroutine[Any, Any, ManagedAuth]:
        """Waits for the end of the login that the session is for: gives the connection once it is signed in.

        It survives streams that break and outages of the API, and lasts no longer than a flow can: 20 minutes. The
        person signs in at the hosted page, or `on_input` answers. What the handler raises ends the wait and is
        raised here.
        It may be asynchronous. Cancelling the task ends the wait at once and leaves the login alone.
        A login that is over already is told of at once.

        Args:
            on_input: Is asked whenever the login wants input. What it returns is submitted: a dict with
                `field_values` or `selected_choice_id`. None submits nothing, for example while something must be done
                elsewhere. A coroutine is cancelled when its answer is not wanted any more.
            wait_timeout: The longest to wait, in seconds. Default: until the flow expires.
            reconnect: Whether the stream of events is opened again when it breaks off. Default True.
            idle_timeout: Seconds that the stream may be silent; None for no limit. Default 60.

        The other arguments are options of each call that the wait is made of.

        Raises:
            LoginFailedError: The login failed; `code`, `website_error` and `flow_status` say how.
            APITimeoutError: `wait_timeout` is over.
        """
