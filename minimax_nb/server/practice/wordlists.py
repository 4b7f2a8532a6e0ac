"""Word lists: words that are no names, and those that stand before one, in the languages questions come in."""

from __future__ import annotations


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# They stand at the head of a sentence and name nothing.
NO_NAMES = _words(
    "what what's whats how how's is are was were do does did can could will would should please tell give show",
    "compare find search get which who who's when where where's why the an a i i'm i'd in on at and or now then",
    "use calculate compute add it it's my let let's look check write explain list make plan book convert if for",
    "to of from with using both also thanks hi hello hey read open create delete send translate summarize",
    "summarise schedule remind set start stop turn order buy sell play save call run weather forecast temperature",
    "time price today tonight tomorrow yesterday there this that these those me us you we he she they yes no not",
    "any some all each one two need want like help wie was wo wann ist das der die ein eine bitte und oder quel",
    "quelle quelles est le la les un une et ou qué que cuál cómo es el los las y o come qual il lo какая какой",
    "как что",
)
# Capitalised, but no place, person or thing.
CALENDAR = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august",
    "september october november december celsius fahrenheit kelvin am pm",
)
# What stands after a preposition ends with them.
STOPS = NO_NAMES | CALENDAR | _words("right next last per by than as so but because while please")
# Small, and still part of a name: Rio de Janeiro.
PARTICLES = _words("de da do dos del di la las am upon van sur")
SHORTENED = _words("St Mt Ft Dr Mr Mrs Ms")
LINKS = _words("and or versus with to und oder et ou y o vs")
ARTICLES = _words("the The el la le der die den dem das")
PREPOSITIONS = {
    "from": _words("from von ab desde depuis da из"),
    "to": _words("to into towards nach hasta до"),
    "at": _words("in at of for near around über für bei im um à en pour chez de em para a в во для на"),
}
"""By the direction they give."""
