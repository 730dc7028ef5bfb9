"""Cases that are not run, and why. A pattern that matches no case is an error."""

from __future__ import annotations

SKIPPED_BY_THE_VENDOR = "Mock server tests are disabled"
"""The reason of a mark that does not hold here: there is a server."""

NOT_PORTABLE = {
    "*[[]aiohttp]": "the official package's own transport over aiohttp",
    "*test_get_platform": "a private function of its own; `X-Stainless-OS` is in the scenarios",
    "*test_proxy_environment_variables": "an httpx client class; proxies are in the scenarios",
    "*test_default_client_creation": "an httpx client class",
    "*test_http_client_timeout_option": "takes limits from an httpx client object; here they are given to the client",
    "*test_client_timeout_option": "a limit of 0, which is refused: no attempt could hold it",
    "*test_multipart_repeating_array": "multipart bodies: no call of managed auth has one",
    "*test_binary_content_upload*": "binary bodies: no call of managed auth has one",
    "*test_raw_response_for_binary": "binary answers: no call of managed auth has one",
    "*test_parse_retry_after_header*": "a private method; core/src/retry.rs holds the same values in its tests",
    "*test_retrying_timeout_errors_doesnt_leak": "skipped by the vendor as well; it counts connections inside of httpx",
    "*test_retrying_status_errors_doesnt_leak": "skipped by the vendor as well; it counts connections inside of httpx",
    "*test_copy_build_request": "looks for leaks in the memory of Python code, and is skipped from Python 3.10 on",
    "*test_follow_redirects": "a redirected POST, which is an error here: it would repeat itself or lose its body",
    "*test_basic_union_response": "generic calls that decode into pydantic models of the caller's own",
    "*test_union_response_different_types": "generic calls that decode into pydantic models of the caller's own",
    "*test_non_application_json_content_type_for_json_data": "generic calls that decode into pydantic models",
    "*test_client_response_validation_error": "generic calls that decode into pydantic models of the caller's own",
    "*test_received_text_for_expected_json": "generic calls that decode into pydantic models of the caller's own",
}

# Run, and expected to fail until it is there: a case that passes then fails the suite until its line is taken out.
WAITING_FOR_STREAMING_RESPONSES = ["*test_streaming_response_*"]
WAITING_FOR_HTTP_REQUEST = [
    "*test_raw_response_*[[]*",
    "*test_retries_taken*",
    "*test_omit_retry_count_header*",
    "*test_overwrite_retry_count_header*",
]
WAITING_FOR_GENERIC_CALLS = [
    "*test_raw_response",
    "*test_hardcoded_query_params_in_url",
    "*test_absolute_request_url*",
    "*test_follow_redirects_disabled",
]
WAITING_FOR_HTTP_CLIENT = ["*test_invalid_http_client"]
WAITING = {
    **dict.fromkeys(WAITING_FOR_STREAMING_RESPONSES, "with_streaming_response"),
    **dict.fromkeys(WAITING_FOR_HTTP_REQUEST, "http_request of raw responses"),
    **dict.fromkeys(WAITING_FOR_GENERIC_CALLS, "get, post, ..."),
    **dict.fromkeys(WAITING_FOR_HTTP_CLIENT, "http_client"),
}
