"""Script and template payloads in every free text the database holds: every page shows them as text, and none runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import JSON, String, cast, literal, update
from sqlalchemy.orm import InstrumentedAttribute

from tests.browser.test_every_page import Firm
from tests.browser.walking import walker
from tests.conftest import fresh_database, settings
from tests.support import inhabited, systems
from webapp.app import create_app
from webapp.db import db, unit_of_work
from webapp.models import (
    ApprovalRequest,
    Customer,
    Delivery,
    DeliveryAttempt,
    DeviceModel,
    DeviceType,
    Item,
    KeptMail,
    MaintenancePlan,
    MaintenanceSlot,
    Note,
    Notification,
    OrderChange,
    OrderLine,
    Photo,
    StatusHistory,
    Unit,
    User,
    WorkOrder,
)
from webapp.models import (
    Firm as FirmRow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

RUN = "window.ran=1"
MARK = "hostile"
PAYLOAD = " ".join(
    (
        MARK,
        f"<script>{RUN}</script>",
        f'"><img src=/nothing onerror="{RUN}">',
        f"'><svg onload={RUN}>",
        f"</textarea></title></option><script>{RUN}</script>",
        f"javascript:{RUN}",
        "{{7*7}} {%print(7*7)%} ${7*7} #{7*7}",
        "\u202egnp.exe\u202c",
    )
)
# What people type and what is made of it, column by column; names that are one of a kind end in their row's number.
TEXTS: Mapping[type[Any], Sequence[InstrumentedAttribute[Any]]] = {
    Customer: (
        Customer.first_name,
        Customer.last_name,
        Customer.company_name,
        Customer.display_name,
        Customer.billing_address,
    ),
    Unit: (Unit.serial_number, Unit.service_address),
    Item: (Item.name, Item.unit_of_measure),
    DeviceType: (DeviceType.name,),
    DeviceModel: (DeviceModel.number, DeviceModel.manufacturer),
    User: (User.name,),
    FirmRow: (FirmRow.name, FirmRow.address),
    WorkOrder: (WorkOrder.request,),
    OrderLine: (OrderLine.name, OrderLine.unit_of_measure),
    OrderChange: (OrderChange.old, OrderChange.new, OrderChange.actor_name),
    StatusHistory: (StatusHistory.reason, StatusHistory.actor_name),
    Note: (Note.text,),
    Photo: (Photo.name, Photo.caption),
    ApprovalRequest: (ApprovalRequest.reason,),
    MaintenancePlan: (MaintenancePlan.name, MaintenancePlan.request),
    MaintenanceSlot: (MaintenanceSlot.reason,),
    Delivery: (Delivery.recipient_name, Delivery.address, Delivery.reason),
    DeliveryAttempt: (DeliveryAttempt.answer,),
    KeptMail: (KeptMail.to, KeptMail.subject, KeptMail.text),
    Notification: (Notification.title, Notification.body),
}
READ = "() => [...document.querySelectorAll('*')].filter((each) => each.matches('script:not([src]), [onerror], [onload], [href^=\"javascript:\" i]')).map((each) => each.outerHTML.slice(0, 200))"


@pytest.fixture(scope="module")
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder = tmp_path_factory.mktemp("hostile")
    with fresh_database("sqlite", folder, request) as url:
        app = create_app(settings(url, folder))
        world = inhabited.settle(app)
        with app.app_context(), unit_of_work() as session:
            for model, columns in TEXTS.items():
                texts = {column.key: literal(f"{PAYLOAD} ") + cast(model.id, String) for column in columns}
                session.execute(update(model).values(texts))
            lists = {"emails": [PAYLOAD], "phones": [PAYLOAD], "approval_email": PAYLOAD}
            session.execute(
                update(Customer).values(
                    {key: literal(text, JSON) if key != "approval_email" else text for key, text in lists.items()}
                )
            )
        with systems.web_server(folder, {"DATABASE_URL": url, "SECRET_KEY": app.config["SECRET_KEY"]}) as address:
            yield Firm(app, world, address)
        with app.app_context():
            db.engine.dispose()


def test_no_payload_runs_on_any_page_and_each_is_read_as_text(hostile: Firm, browser: Browser) -> None:
    ran, shown, dialogs = [], 0, []
    with walker(browser, hostile.address) as walking:
        for visit in inhabited.visits(hostile.world, hostile.app.url_map):
            page = walking.window(visit.who)
            answer = page.request.get(hostile.address + visit.address)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            page.goto(hostile.address + visit.address)
            found = page.evaluate(READ)
            if page.evaluate("() => window.ran") or found:
                ran.append(f"{visit}: {found}")
            text = page.locator("body").inner_text() + page.title()
            shown += f"<script>{RUN}</script>" in text
            if "49 49" in text:
                ran.append(f"{visit}: a template was filled")
        dialogs = [one for one in walking.findings.complaints if "script" in one.lower()]
    assert not ran, "\n".join(ran)
    assert not dialogs, "\n".join(dialogs)
    assert shown > 40, "the payloads must be on the pages, or nothing was tried"
