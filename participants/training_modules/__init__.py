"""The programme's training: five modules, each with a text (a template of its name) and a few questions.

They belong to the code. Whoever changes what a module says raises its version; everybody is then asked to read it and
to answer again. `tests/participants/test_training_modules.py` notices a change without a new version.
"""

from participants.training_modules.grey_areas import GREY_AREAS
from participants.training_modules.handling import HANDLING
from participants.training_modules.module import Module, Option, Question
from participants.training_modules.reading import READING
from participants.training_modules.sharing import SHARING
from participants.training_modules.yourself import YOURSELF

MODULES = {module.slug: module for module in (SHARING, GREY_AREAS, READING, HANDLING, YOURSELF)}

__all__ = ["MODULES", "Module", "Option", "Question"]
