"""Cases that are not run, and why. A pattern that matches no case is an error."""

from __future__ import annotations

SKIPPED_BY_THE_VENDOR = "Mock server tests are disabled"
"""The reason of a mark that does not hold here: there is a server."""

NOT_PORTABLE = {
    # The official package's own inside.
    "*test_get_platform": "a private function of its own; `X-Stainless-OS` is in the scenarios",
    "*test_parse_retry_after_header*": "a private method; core/src/retry.rs holds the same values in its tests",
    "*test_proxy_environment_variables": "an httpx client class of its own; proxies are in the scenarios",
    "*test_default_client_creation": "an httpx client class of its own; here `http_client` takes httpx's",
    "*test_retrying_timeout_errors_doesnt_leak": "skipped by the vendor as well; it counts connections inside of httpx",
    "*test_retrying_status_errors_doesnt_leak": "skipped by the vendor as well; it counts connections inside of httpx",
    "*test_copy_build_request": "looks for leaks in the memory of Python code, and is skipped from Python 3.10 on",
    # Decided otherwise.
    "*test_http_client_timeout_option": "limits are the client's, whatever HTTP client it is given",
    "*test_client_timeout_option": "a limit of 0, which is refused: no attempt could hold it",
    "*test_follow_redirects": "a redirected POST, which is an error here: it would repeat itself or lose its body",
    "*test_received_text_for_expected_json": "text in place of a model is an error here, strict or not",
    "*test_binary_content_upload_with_iterator": "a body is there before the call: it may be sent again",
    "*test_binary_content_upload_with_asynciterator": "a body is there before the call: it may be sent again",
    "*test_binary_content_upload_with_body_is_deprecated": "bytes as `body`, which are refused: `content` takes them",
    "*test_multipart_repeating_array": "multipart bodies: no call of managed auth has one",
}

WAITING: dict[str, str] = {}
"""Run, and expected to fail until what they wait for is there: one that passes then fails until its line is out."""
