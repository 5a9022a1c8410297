"""The macros every page is built from: labelled, described, escaped, and usable without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

from workflow.definition import Question
from workflow.offers import Blocker, Offer, Remedy

TEMPLATES = Path(__file__).resolve().parents[2] / "webapp" / "templates"


@pytest.fixture(scope="module")
def pages() -> jinja2.Environment:
    """The templates without an application around them."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.globals.update(
        asset=lambda name: f"/static/{name}",
        csrf_token=lambda: "csrf",
        form_token=lambda _action="": Markup('<input type="hidden" name="form_token" value="once">'),
    )
    return environment


def render(pages: jinja2.Environment, module: str, source: str, **values: object) -> str:
    """Render one call of a macro, with line ends and runs of blanks made one blank."""
    names = ", ".join(sorted(set(re.findall(r"\b([a-z_]+)\(", source)) & macros(pages, module)))
    text = pages.from_string(f'{{% from "components/{module}.html" import {names} %}}{source}').render(**values)
    return re.sub(r"\s+", " ", text)


def macros(pages: jinja2.Environment, module: str) -> set[str]:
    """The macros of one file."""
    return {name for name in dir(pages.get_template(f"components/{module}.html").module) if not name.startswith("_")}


def offer(**changes: object) -> Offer:
    """A transition as the engine offers it."""
    values: dict[str, object] = {
        "transition": "complete", "label": "Complete", "to": "completed", "look": "primary", "confirm": "", "ask": (),
    }  # fmt: skip
    return Offer(**(values | changes))  # type: ignore[arg-type]


def test_a_field_is_labelled_and_described_by_its_help_and_its_error(pages: jinja2.Environment) -> None:
    html = render(
        pages, "forms", '{{ field("serial", "Serial number", "4711", help="On the plate.", error="Taken.") }}'
    )
    assert '<label class="field-label" for="serial">Serial number</label>' in html
    assert 'value="4711" aria-describedby="serial-help serial-error" aria-invalid="true"' in html
    assert 'id="serial-help">On the plate.' in html
    assert 'id="serial-error"' in html
    assert "Taken." in html


def test_a_field_without_an_error_is_not_called_invalid(pages: jinja2.Environment) -> None:
    assert "aria-" not in render(pages, "forms", '{{ field("name", "Name") }}')


def test_what_was_typed_is_escaped(pages: jinja2.Environment) -> None:
    html = render(
        pages, "forms", '{{ field("n", "N", typed) }}{{ textarea("t", "T", typed) }}', typed='"><script>1</script>'
    )
    assert "<script>" not in html


def test_a_select_marks_the_chosen_option_whether_it_is_a_number_or_a_word(pages: jinja2.Environment) -> None:
    html = render(pages, "forms", '{{ select("t", "T", [(7, "Ada"), (8, "Ben")], "8", empty="Nobody") }}')
    assert '<option value="8" selected>Ben' in html
    assert html.count("selected") == 1
    assert '<option value="">Nobody' in html


def test_each_radio_button_is_described_by_its_explanation(pages: jinja2.Environment) -> None:
    html = render(
        pages, "forms", '{{ radios("type", "Type", [("repair", "repair", "fixing a broken unit.")], required=true) }}'
    )
    assert "<legend>Type</legend>" in html
    assert 'id="type-repair" name="type" value="repair" required aria-describedby="type-repair-note"' in html
    assert 'id="type-repair-note">fixing a broken unit.' in html


def test_a_creating_form_carries_both_tokens_and_a_filtering_one_none(pages: jinja2.Environment) -> None:
    creating = render(pages, "forms", '{% call form("/x", once=true) %}{% endcall %}')
    assert 'name="csrf_token" value="csrf"' in creating
    assert 'name="form_token" value="once"' in creating
    filtering = render(pages, "forms", "{% call filters() %}{% endcall %}")
    assert "token" not in filtering
    assert '<button class="btn btn-plain" type="submit">Apply' in filtering


def test_save_is_enabled_until_javascript_says_otherwise(pages: jinja2.Environment) -> None:
    html = render(pages, "forms", "{{ save_button() }}")
    assert "data-save" in html
    assert "disabled" not in html


def test_a_refused_form_leads_to_each_of_its_fields(pages: jinja2.Environment) -> None:
    html = render(
        pages, "forms", "{{ problem_summary(problems) }}", problems={"unit": "Pick a unit.", "": "It is archived."}
    )
    assert '<a href="#unit">Pick a unit.</a>' in html
    assert "<li>It is archived.</li>" in html
    assert 'role="alert"' in html


def test_a_transition_that_is_possible_is_a_button_of_a_form(pages: jinja2.Environment) -> None:
    html = render(pages, "actions", '{{ transition_button(offer, "/work-orders/7/transitions", 3) }}', offer=offer())
    assert '<form method="post" action="/work-orders/7/transitions"' in html
    assert 'name="row_version" value="3"' in html
    assert 'name="transition" value="complete" data-transition="complete">Complete' in html
    assert "aria-disabled" not in html


def test_a_transition_that_is_not_possible_now_says_every_reason_and_what_helps(pages: jinja2.Environment) -> None:
    remedy = Remedy("fill", "Fill in the used quantity.")
    blocked = offer(
        blockers=(
            Blocker("guard", "used", "Filter has no used quantity.", {}, (remedy,)),
            Blocker("guard", "own", "You did it."),
        )
    )
    html = render(pages, "actions", '{{ transition_button(offer, "/x", 3) }}', offer=blocked)
    assert 'aria-disabled="true" aria-describedby="transition-complete-why"' in html
    reasons = re.search(r'id="transition-complete-why" role="tooltip">(.*?)</span></span>', html)
    assert reasons is not None
    for said in ("Filter has no used quantity.", "Fill in the used quantity.", "You did it."):
        assert said in html
    assert "<form" not in html


def test_a_transition_that_asks_opens_a_dialog_the_browser_can_open_by_itself(pages: jinja2.Environment) -> None:
    asking = offer(transition="pause", label="Pause", ask=(Question("reason", "Reason", "text", required=True),))
    html = render(pages, "actions", '{{ transition_button(offer, "/x", 3) }}', offer=asking)
    assert 'popovertarget="transition-pause"' in html
    assert '<dialog class="dialog" id="transition-pause" popover' in html
    assert '<label class="field-label" for="transition-pause-reason">Reason</label>' in html
    assert 'name="answer.reason" rows="3" required' in html
    assert '<input type="hidden" name="transition" value="pause">' in html


def test_the_position_is_never_asked_for(pages: jinja2.Environment) -> None:
    starting = offer(transition="start", label="Start", ask=(Question("position", "Where", "position"),))
    html = render(pages, "actions", '{{ transition_button(offer, "/x", 3) }}', offer=starting)
    assert "<dialog" not in html
    assert '<input type="hidden" name="answer.position" value="" data-position>' in html


def test_a_badge_carries_the_name_of_the_status_and_shows_its_label(pages: jinja2.Environment) -> None:
    html = render(pages, "status", '{{ badge("waiting_approval", "Waiting for approval", "orange") }}')
    assert html == '<span class="badge has-dot tone-orange" data-status="waiting_approval">Waiting for approval</span>'


def test_a_table_can_be_scrolled_by_keyboard_and_says_what_it_is(pages: jinja2.Environment) -> None:
    html = render(pages, "data", '{% call table("Units", ["Serial", ("Age", "number"), ""]) %}<tr></tr>{% endcall %}')
    assert 'role="group" aria-label="Units" tabindex="0"' in html
    assert '<caption class="visually-hidden">Units</caption>' in html
    assert '<th scope="col" class="number">Age</th>' in html
    assert "Actions" in html


def test_the_current_tab_is_marked_for_everyone(pages: jinja2.Environment) -> None:
    html = render(pages, "data", '{{ tabs([("Open", "/a", 12, true), ("All", "/b", none, false)]) }}')
    assert 'href="/a" aria-current="page">Open <span class="tab-count">12</span>' in html
    assert html.count("tab-count") == 1


def test_a_list_on_one_page_has_no_pager(pages: jinja2.Environment) -> None:
    assert render(pages, "data", "{{ pager() }}").strip() == ""
