"""A mandate that says so: the agent is written to, and opens the copy; the person always knows."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.proven import person_for_claimed_address
from dsar import actions
from dsar.actions import agents, doubts, open_request
from dsar.actions.requests import Agent
from dsar.grounds import RefusalGround
from dsar.models import Mandate, SubjectRequest
from dsar.models.requests import Channel, Kind
from portal.lib.models import OutgoingMail
from tests.dsar.asking import NORA, link_to, mails, no_limits
from tests.dsar.worlds import work

pytestmark = pytest.mark.django_db
LAWYER = "maitre@law.example"
Enter = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def _fresh(purpose: Any) -> None:
    no_limits()


@pytest.fixture
def enter(sam: User) -> Enter:
    """A function by which Sam enters what an agent has sent for Nora."""

    def enter_it(proof: str = "power", kind: str = "access", *, told: bool = True) -> Any:
        agent = Agent("Maître Lebrun", LAWYER, Mandate.Proof(proof), answer_to_agent=told)
        person = person_for_claimed_address(NORA, language="en")
        asked: dict[str, Any] = {
            "person": person,
            "by": sam,
            "language": "en",
            "channel": Channel.AGENT,
        }
        return open_request(Kind(kind), **asked, agent=agent)

    return enter_it


def page_of() -> str:
    """Return the path of the page, from the newest mail to the agent."""
    found = re.search(r"/agent/\S+/", mails("dsar/agent", LAWYER)[-1].text)
    assert found
    return found[0]


def opened(client: Client) -> str:
    """Open the page with a code; return its path."""
    path = page_of()
    assert client.post(f"{path}code/").status_code == 303
    code = re.search(r"^\d{4} \d{4}$", mails("dsar/agent_code", LAWYER)[-1].text, re.MULTILINE)
    assert code
    assert client.post(f"{path}open/", {"code": code[0]}).headers["Location"] == path
    return path


def sentences() -> list[str]:
    return [mail.text.strip().splitlines()[0] for mail in mails("dsar/agent", LAWYER)]


def test_with_a_power_of_attorney_both_are_told_and_the_agent_opens_the_copy(
    client: Client, enter: Enter
) -> None:
    request = work(enter())
    assert request.status == "answered"
    assert sentences() == ["We have received it.", "The copy is ready."]
    assert [mail.template for mail in OutgoingMail.objects.filter(to=NORA).order_by("pk")] == [
        "dsar/received",
        "dsar/ready",
    ]
    assert "Maître Lebrun acts for you" in mails("dsar/received")[0].text
    door = client.get(page_of())
    assert (door.status_code, door.headers["X-Robots-Tag"]) == (200, "noindex, nofollow")
    assert LAWYER not in door.content.decode()
    assert "Download" not in door.content.decode(), "the link alone shows nothing"
    assert client.post(f"{page_of()}copy/").headers["Location"] == page_of()
    path = opened(client)
    assert "Download the copy" in client.get(path).content.decode()
    copy = client.post(f"{path}copy/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(copy.streaming_content)))  # type: ignore[attr-defined]
    assert "index.html" in archive.namelist()
    assert "has downloaded the copy" in mails("dsar/agent_took")[0].text
    request.package.refresh_from_db()
    assert request.package.downloads == 1
    assert request.events.filter(code="downloaded", by=None, data__to="agent").exists()


def test_a_code_works_in_the_browser_that_asked_and_no_longer_than_the_page(
    client: Client, enter: Enter
) -> None:
    work(enter())
    path = page_of()
    client.post(f"{path}code/")
    code = re.search(r"^\d{4} \d{4}$", mails("dsar/agent_code", LAWYER)[-1].text, re.MULTILINE)
    assert code
    assert Client().post(f"{path}open/", {"code": code[0]}).status_code == 422
    assert client.get("/agent/R-2026-0000-0000/" + "0" * 64 + "/").status_code == 404
    assert client.get(path.replace(path.split("/")[3], "0" * 64)).status_code == 404


def test_a_signed_permission_opens_nothing_before_the_person_has_confirmed(
    client: Client, enter: Enter
) -> None:
    request = enter("permission")
    assert request.status == "identity"
    assert sentences() == ["We have received it."]
    assert not mails("dsar/identity", LAWYER), "the link that confirms is the person's alone"
    path = opened(client)
    assert "Until they say so nothing is searched" in client.get(path).content.decode()
    with pytest.raises(agents.NotWrittenTo):
        agents.hand_over(request.mandate)
    asked = Client().get(link_to()).content.decode()
    assert "Maître Lebrun says that they act for you" in asked
    Client().post(link_to(), {"mine": "1"})
    work(request)
    assert sentences()[-1] == "The copy is ready."
    assert "Download the copy" in client.get(path).content.decode()


def test_signed_in_the_person_is_asked_about_who_asks_for_them(enter: Enter, alice: User) -> None:
    request = enter("permission")
    SubjectRequest.objects.update(person=alice)
    hers = Client()
    hers.force_login(alice)
    page = hers.get(f"/requests/{request.reference}/").text
    assert "Does Maître Lebrun ask for you?" in page
    assert "Yes, for me" in page


def test_without_a_mandate_that_says_so_nobody_else_is_written_to(enter: Enter) -> None:
    work(enter(told=False))
    assert not mails("dsar/agent", LAWYER)
    assert mails("dsar/ready")


def test_what_is_between_the_person_and_us_stays_there(enter: Enter, sam: User) -> None:
    request = enter("permission")
    doubts.doubt(request, by=sam, reason="Two people use this address.")
    actions.write_message(request, by=sam, text="Is this your new name?")
    assert sentences() == ["We have received it."]


def test_a_refusal_is_read_with_its_ground_on_the_page_and_not_in_the_mail(
    client: Client, enter: Enter, sam: User
) -> None:
    request = enter(kind="rectification")
    evidence = "The letter asks the same for the ninth time."
    actions.refuse(request, by=sam, ground=RefusalGround.UNFOUNDED, evidence=evidence)
    assert sentences()[-1].startswith("It is refused.")
    assert evidence not in mails("dsar/agent", LAWYER)[-1].text
    page = client.get(opened(client)).content.decode()
    assert evidence in page
    assert "supervisory authority" in page or "CNIL" in page


def test_the_person_ends_it_and_the_link_is_dead(client: Client, enter: Enter, bob: User) -> None:
    request = work(enter())
    path = opened(client)
    nora = Client()
    nora.force_login(request.person)
    page = nora.get(f"/requests/{request.reference}/").content.decode()
    assert "Who acts for you" in page
    stranger = Client()
    stranger.force_login(bob)
    assert stranger.post(f"/requests/{request.reference}/agent/end/").status_code == 404
    assert nora.post(f"/requests/{request.reference}/agent/end/").status_code == 303
    assert client.get(path).status_code == 404
    assert "Who acts for you" not in nora.get(f"/requests/{request.reference}/").content.decode()
    assert nora.post(f"/requests/{request.reference}/agent/end/").status_code == 409


def test_an_erasure_is_answered_to_both_with_the_certificate(
    client: Client, enter: Enter, sam: User
) -> None:
    request = work(actions.approve(work(enter(kind="erasure")), by=sam))
    assert request.status == "answered"
    last = mails("dsar/agent", LAWYER)[-1].text
    assert "The certificate, for the person and for you:" in last
    link = re.search(r"http://localhost(/\S*certificate\S*)", last)
    assert link
    assert client.get(link[1]).status_code == 200
