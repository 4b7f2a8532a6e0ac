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
    "как что exchange wetter temperatur vorhersage météo temps prix tiempo clima temperatura precio tempo previsão",
)
# Always capitals, or never the head of a name.
PRONOUNS = _words("i i'm i'd")
# They head names even where a sentence begins: Las Vegas, Le Havre.
NAME_ARTICLES = _words("los las la le el les")
# "The" is part of these.
WITH_THE = _words("hague bahamas gambia bronx dalles woodlands")
# Capitalised, and with "of" behind them part of a name: Isle of Man.
OF_HEADS = _words("isle isles gulf bay cape port strait sea republic university bank")
# In small letters with "of" behind them they only say what the name is of: "the city of oslo".
PLACE_KINDS = _words("city town village state country region island capital")
# In small letters beside "weather", and no place.
NO_PLACES = _words(
    "report reports condition conditions current currently outside here rain raining snow sunny warm cold hot good bad",
    "nice update app api data map info information details week weekend days morning evening afternoon night later",
    "really very today's tomorrow's this that about",
)
# In small letters, what stands beside them may be a place.
ASKED = _words("weather forecast temperature climate about")
# Capitalised, but no place, person or thing.
CALENDAR = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august",
    "september october november december celsius fahrenheit kelvin am pm",
)
# What stands after a preposition ends with them.
STOPS = NO_NAMES | CALENDAR | _words("right next last per by than as so but because while please")
# Small, and still part of a name: Rio de Janeiro.
PARTICLES = _words("de da do dos del di du des es la las am an der den upon van sur")
# Without capitals around them, the others are more often a preposition or an article.
SMALL_PARTICLES = _words("de do dos del di es upon")
SHORTENED = _words("St Mt Ft Dr Mr Mrs Ms")
LINKS = _words("and or versus with to und oder et ou y o vs")
ARTICLES = _words("the The el la le der die den dem das")
PREPOSITIONS = {
    "from": _words("from von ab desde depuis da из"),
    "to": _words("to into towards nach hasta до"),
    "at": _words("in at of for near around über für bei im um à en pour chez de em para a в во для на"),
}
"""By the direction they give."""
