"""What each of Slack's error codes means, by the real slack_sdk: the table of PLATFORMS 1.5, and chat.update's."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    PostGone,
    RateLimited,
)
from bot.model.receipt import Receipt
from bot.platforms.slack import errors
from tests.support import slack_faults as faults
from tests.support.slack_payloads import KEY, NEWS, payload

TABLE: dict[tuple[type[PlatformError], Closed | None], str] = {
    (NotAllowed, Closed.DESTINATION): """
        channel_not_found is_archived not_in_channel restricted_action
        restricted_action_read_only_channel restricted_action_thread_only_channel
        messages_tab_disabled channel_type_not_supported restricted_action_never_heard_of
        is_inactive cannot_dm_bot user_disabled user_not_found user_not_visible""",
    (NotAllowed, Closed.THREAD): """
        thread_not_found cannot_reply_to_message restricted_action_thread_locked
        restricted_action_non_threadable_channel""",
    (NotAllowed, Closed.INSTALLATION): """
        account_inactive token_revoked invalid_auth not_authed missing_scope no_permission
        not_allowed_token_type access_denied ekm_access_denied enterprise_is_restricted
        team_access_not_granted two_factor_setup_required token_expired""",
    (PayloadRefused, None): """
        invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text
        too_many_attachments invalid_metadata_format invalid_metadata_schema metadata_too_large
        markdown_text_conflict invalid_arguments never_heard_of""",
    (RateLimited, None): "ratelimited rate_limited message_limit_exceeded",
    (NotSent, None): "team_added_to_org org_login_required accesslimited",
    (OutcomeUnknown, None): """
        fatal_error internal_error request_timeout service_unavailable upstream_timed_out
        unknown_error""",
}
ROWS = [(code, *meaning) for meaning, codes in TABLE.items() for code in codes.split()]
EDIT_ROWS = [
    (code, PostGone, None)
    for code in ("message_not_found", "edit_window_closed", "cant_update_message")
]


def named(value: object) -> str:
    return getattr(value, "__name__", str(value))


def test_no_code_of_the_tables_is_without_a_row() -> None:
    known = {
        *(errors.DESTINATION_DEAD | errors.THREAD_DEAD | errors.INSTALLATION_DEAD),
        *(errors.PAYLOAD_WRONG | errors.TOO_FAST | errors.PASSING | errors.AMBIGUOUS),
        *errors.NOTHING_TO_EDIT,
    }
    assert known <= {code for code, *_ in ROWS + EDIT_ROWS}


@pytest.mark.parametrize(("code", "kind", "closed"), ROWS, ids=named)
async def test_a_refused_post_is_the_error_its_table_says(messenger, slack, code, kind, closed):
    slack.fail_next("chat.postMessage", faults.refused(code))
    with pytest.raises(PlatformError, match=code) as caught:
        await messenger.create(NEWS, payload(), KEY, None)
    assert type(caught.value) is kind
    assert getattr(caught.value, "closed", None) is closed
    assert slack.messages("C0NEWS") == []


@pytest.mark.parametrize(("code", "kind", "closed"), ROWS + EDIT_ROWS, ids=named)
async def test_a_refused_edit_is_the_error_its_table_says(messenger, slack, code, kind, closed):
    slack.fail_next("chat.update", faults.refused(code))
    with pytest.raises(PlatformError, match=code) as caught:
        await messenger.edit(Receipt("C0NEWS", "1.2"), payload(), KEY)
    assert type(caught.value) is kind
    assert getattr(caught.value, "closed", None) is closed


def answered(status: int, body: dict[str, object]) -> PlatformError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=body,
        headers={},
        status_code=status,
    )
    return errors.translate(SlackApiError("", response))


@pytest.mark.parametrize("status", [408, 409])
def test_a_gateway_that_gave_up_waiting_in_json_leaves_doubt(status: int) -> None:
    assert isinstance(answered(status, {"error": "Request Timeout"}), OutcomeUnknown)


@pytest.mark.parametrize("metadata", [["a"], {"messages": {"a": "b"}}, {"messages": "a"}, 1])
def test_a_refusal_with_words_of_another_shape_is_still_that_refusal(metadata: object) -> None:
    answer = answered(200, {"ok": False, "error": "no_text", "response_metadata": metadata})
    assert isinstance(answer, PayloadRefused)


def test_slack_s_words_are_one_line() -> None:
    metadata = {"messages": ["[ERROR] no\n\tsuch"]}
    answer = answered(200, {"ok": False, "error": "no_text", "response_metadata": metadata})
    assert str(answer) == "Slack refused: no_text ([ERROR] no such)"
