"""The words around a report's figures: which texts there are, and what they say until staff say it better."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 6_000


@dataclass(frozen=True)
class Text:
    """One text of the report. Paragraphs are parted by an empty line; `names_nobody` is checked for identifiers."""

    name: str
    title: str
    help: str
    default: str = ""
    names_nobody: bool = False


TEXTS: Mapping[str, Text] = {
    text.name: text
    for text in (
        Text(
            "introduction",
            "Introduction",
            "What this report is and what the year was like, for somebody who has never heard of the programme.",
            "People who sexually exploit children rarely stay on one service. They meet a child in one place, move the"
            " conversation to a second and take payment on a third, and each company sees only its own part. The"
            " companies in this programme tell one another about activity that broke their child-safety policies, so"
            " that each can look at its own service and act.\n\n"
            "This report says what came of that in one year. A signal is a lead, never proof. The figures count what"
            " participants recorded: they say how much work was done and what was found, not how much exploitation"
            " there is.",
        ),
        Text(
            "how_it_works",
            "How Lantern works",
            "The way of a signal, in plain words.",
            "A participant that finds a breach of its own child-safety policies can share signals about it: an e-mail"
            " address, a username, a web address, the fingerprint of a known image, a phrase. No image, video or chat"
            " is shared, and no victim is named.\n\n"
            "Other participants look at what their own service knows about the matter and judge it under their own"
            " policies. A trained person decides each time; nothing is enforced automatically. What they did and why"
            " is recorded, and the participant that shared the signal learns whether it helped. Signals that turn out"
            " to be wrong are withdrawn, and those who have read them are told.",
        ),
        Text(
            "governance",
            "Governance",
            "Who decides, who checks, and what changed in the year.",
            "A coalition of companies runs the programme. It admits a company only after looking at its policies, its"
            " appeals process, its human review and the way it treats requests from governments, and only under a"
            " signed agreement. Every participant is trained, and answers a check-in at set intervals; one that does"
            " not is paused.\n\n"
            "No government has an account, contributes signals or can look anything up. Everything that staff and"
            " participants do is written to a record that can be added to and not changed.",
        ),
        Text(
            "case_study",
            "A case",
            "One case that shows what sharing made possible. Nobody's name, address, number or link; no company unless"
            " it has agreed; nothing graphic. Leave it empty if there is none.",
            names_nobody=True,
        ),
        Text(
            "limits",
            "Limits of the data",
            "What a careful reader must know before using a figure.",
            "Not every participant reports every figure; each figure says how many did, where that gives no small"
            " number away. Companies differ in size, in what their services are for and in their policies, so that the"
            " same number can mean different things."
            " One web address can hold many pieces of content, and one person can hold many accounts: figures in"
            " different units cannot be added up or compared with one another.\n\n"
            "The measures counted here come on top of what the participant that shared the signal had done already."
            " More measures can mean more exploitation, more sharing or better detection; the figures alone do not"
            " say which. Small numbers are not shown, so that nobody can be recognised.",
        ),
        Text(
            "next_steps",
            "What is next",
            "What the programme will do in the coming year, and what became of what the last report announced.",
            "In the coming year the coalition will widen participation to services of kinds that are missing so far,"
            " help small participants through their first year, and report again with the same definitions, so that"
            " the years can be compared.",
        ),
    )
}
# Those that stand before the figures; the others follow them.
BEFORE_FIGURES = ("introduction", "how_it_works", "governance")


def default_words() -> dict[str, str]:
    """What a first draft says."""
    return {text.name: text.default for text in TEXTS.values()}


def told(words: Mapping[str, str]) -> list[dict[str, str]]:
    """The texts that say something, as a snapshot holds them: `{"name", "title", "text"}`, in their order."""
    return [
        {"name": text.name, "title": text.title, "text": words[text.name].strip()}
        for text in TEXTS.values()
        if words.get(text.name, "").strip()
    ]
