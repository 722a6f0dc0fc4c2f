"""Module 1: what may be shared, and what never."""

from participants.training_modules.module import Module, Option, Question

SHARING = Module(
    slug="sharing",
    version=1,
    title="What may be shared, and what never",
    summary="Identifiers of activity that a person at your company confirmed. Never a child's identity, never media.",
    minutes=12,
    questions=(
        Question(
            "confirmed",
            "Your classifier marks an account as probable grooming with a score of 0.97. Nobody has looked yet. "
            "What do you do?",
            (
                Option(
                    "a",
                    "Share the account with confidence 97, so that others are warned early.",
                    "A score is not a finding. Others would act on something that no person has confirmed, and the "
                    "account holder could be wronged at many companies at once.",
                ),
                Option(
                    "b",
                    "Have a person look, and share only if they confirm that your policy was broken.",
                    "Right. Sharing comes after human review and a violation of your own policy, on your own service.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Share it without a note, and leave the judgement to the companies that receive it.",
                    "Receivers judge what they see on their own platforms. That your policy was broken is for you to "
                    "establish before you share.",
                ),
            ),
        ),
        Question(
            "victim",
            "A case file names the child who was targeted, with username and school. What goes into the note?",
            (
                Option(
                    "a",
                    "The child's username only, so that other companies can offer help.",
                    "A username identifies a child as surely as a name does, and Lantern is not how help reaches a "
                    "child. Your report to the competent hotline or authority is.",
                ),
                Option(
                    "b",
                    "The school without the name: that is not identifying.",
                    "A school, an age and a town together often point at one child. None of it belongs into a note.",
                ),
                Option(
                    "c",
                    "Nothing about the child. The note says what the offender's account did.",
                    "Right. Lantern is about offenders' activity. What concerns the child stays in your case file and "
                    "in your report.",
                    is_right=True,
                ),
            ),
        ),
        Question(
            "hearsay",
            "A colleague forwards a post in a public forum: “Everybody knows that this account sells to minors.” "
            "You have no such account. May you share it?",
            (
                Option(
                    "a",
                    "No. It is hearsay: nothing on your service broke your policy.",
                    "Right. What you did not find and confirm yourselves is not yours to share. Somebody who has the "
                    "account can be told through the hotline or their own reporting channel.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "Yes, with low severity and low confidence.",
                    "Low confidence does not turn a rumour into a finding. Each company would see your company's name "
                    "behind it.",
                ),
                Option(
                    "c",
                    "Yes, if the forum is a well-known one.",
                    "Where a rumour stands changes nothing: nobody at your company has confirmed anything.",
                ),
            ),
        ),
        Question(
            "media",
            "You removed an image of abuse. How can the others recognise it?",
            (
                Option(
                    "a",
                    "Put a link to your stored copy into the note, readable for participants only.",
                    "Never. A link to material is a way of passing it on, whoever may open it. Nothing in Lantern "
                    "leads "
                    "to a copy that anybody keeps.",
                ),
                Option(
                    "b",
                    "Describe in the note what it shows.",
                    "A description can identify the child, harms those who read it, and helps nobody to find the file.",
                ),
                Option(
                    "c",
                    "Share its hash. The file itself is never stored in or sent through Lantern.",
                    "Right. A hash recognises a copy without showing it. The material goes the way the law prescribes: "
                    "into your report.",
                    is_right=True,
                ),
            ),
        ),
    ),
)
