"""Colours of a form. A small set, each readable with white on it, so that nobody can choose an unreadable one."""

USUAL = "teal"
# As hex for pages of others; assets/css/forms.css has the same for ours, by theme.
ACCENTS = {
    "teal": ("Teal", "#00566b"),
    "blue": ("Blue", "#1d4ed8"),
    "violet": ("Violet", "#6d28d9"),
    "green": ("Green", "#15693a"),
    "red": ("Red", "#b42318"),
    "orange": ("Orange", "#a8470b"),
    "graphite": ("Graphite", "#2f3338"),
}


def hex_of(accent: str) -> str:
    """`#rrggbb` of an accent; of the usual one for a name nobody knows."""
    return ACCENTS.get(accent, ACCENTS[USUAL])[1]
