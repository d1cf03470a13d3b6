"""A team runs an incident from Slack alone, and its timeline reads as if it had used its links."""

import re

from connectors.signed_links import PATH
from incidents.commands import Order, give
from models.base import ENGINE
from models.incident.record import Incident
from tests.fakes.counterparts.slack import PLACE
from tests.fakes.slack.state import Posted
from tests.web.callbacks.conftest import ANA, BO, Office, until

COMMAND_ID = re.compile(r'name="command_id" value="([^"]+)"')
PROOF = re.compile(r'name="form" value="([^"]+)"')


def told(record: Incident) -> list[str]:
    """What people did, in the words of the timeline."""
    lines = (entry for entry in record.timeline if entry.actor != ENGINE)
    return [entry.summary.replace(record.id, "INC") for entry in lines]


async def by_slack(office: Office, incident: str) -> None:
    """Acknowledge, take the role, post an update, resolve: with buttons and forms."""
    ana, bo, root = office.user(ANA), office.user(BO), office.root(incident)
    assert root
    page = office.slack.workspace.direct(ANA).messages[-1]
    await ana.presses("Acknowledge", f"D{ANA}", page)
    await bo.presses("Take a role", PLACE, root)
    assert await bo.sends_form(role="incident_manager") == {"response_action": "clear"}
    await ana.presses("Post update", PLACE, root)
    said = await ana.sends_form(text="We roll back.")
    assert said == {"response_action": "clear"}
    await ana.presses("Resolve", PLACE, root)
    assert await ana.sends_form(note="rolled back") == {"response_action": "clear"}


async def by_links(office: Office, incident: str) -> None:
    """The same with the link of the page; bo takes his role by a link as well."""
    page = office.slack.workspace.direct(ANA).messages[-1]
    await taps(office, page, incident, "acknowledge")
    said = {"actor": "bo", "via": "web", "proof": "link", "role": "incident_manager"}
    order = Order(incident, "assign_role", {**said, "person": "bo"})
    await give(office.siren.client, order, office.siren.task_queue)
    await taps(office, page, incident, "post_update", text="We roll back.")
    await taps(office, page, incident, "resolve", note="rolled back")


async def taps(office: Office, page: Posted, incident: str, command: str, **said: str) -> None:
    """Follow the link of a page, and send a form there."""
    url = next(line for line in page.words.split("\n") if PATH in line)
    shown = await office.http.get(url, follow_redirects=True)
    form = shown.text.partition(f"/respond/{incident}/{command}")[2]
    proof, command_id = PROOF.search(form), COMMAND_ID.search(form)
    assert proof, (command, shown.text)
    assert command_id
    sent = {"form": proof[1], "command_id": command_id[1], **said}
    answer = await office.http.post(f"/respond/{incident}/{command}", data=sent)
    assert "Done" in answer.text, answer.text


async def test_an_incident_that_slack_alone_ran_reads_like_one_that_links_ran(
    office: Office,
) -> None:
    """Only how the people were known differs; each command is there once."""
    first = await office.reports()
    await by_slack(office, first)
    second = await office.reports()
    await by_links(office, second)
    slack, links = await office.record(first), await office.record(second)
    assert told(slack) == told(links)
    assert len(told(slack)) == 5
    assert (slack.state, links.state) == ("closed", "closed")
    acted = {(e.actor.name, e.actor.via, e.actor.proof) for e in slack.timeline}
    assert {("ana", "chat", "chat"), ("bo", "chat", "chat")} <= acted
    root = office.root(first)
    assert root
    await until(lambda: "state: closed" in root.words)
    assert root.buttons == []
    assert office.slack.open_views
