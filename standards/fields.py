"""The professional fields of JJF 1022-2014: its first two digits of a standard's code."""

from django.utils.translation import gettext_lazy as _

from metroplan.common.text import folded

PROFESSIONAL = [
    ("01", _("Dimensional")),
    ("04", _("Thermal")),
    ("12", _("Mechanical")),
    ("15", _("Electromagnetic")),
    ("23", _("Radio frequency")),
    ("25", _("Time and frequency")),
    ("28", _("Optical")),
    ("33", _("Acoustic")),
    ("37", _("Ionizing radiation")),
    ("46", _("Physico-chemical")),
]
SECTOR = [
    ("51", _("Textiles")),
    ("53", _("Railways")),
    ("55", _("Meteorology")),
    ("57", _("Oceanography")),
    ("59", _("Posts and telecommunications")),
    ("61", _("Transport")),
    ("63", _("Building materials")),
    ("65", _("Agriculture, forestry, husbandry and fisheries")),
]
FIELDS = [*PROFESSIONAL, *SECTOR]
LABELS = dict(FIELDS)

# The standard's own names, those that the plans use beside them, and the English ones.
WORDS = {
    "01": ("几何量", "长度", "dimensional", "length"),
    "04": ("热学", "温度", "热工", "thermal", "temperature"),
    "12": ("力学", "mechanical"),
    "15": ("电磁学", "电磁", "electromagnetic"),
    "23": ("无线电", "radio", "radio frequency"),
    "25": ("时间频率", "time_frequency", "time and frequency"),
    "28": ("光学", "optical"),
    "33": ("声学", "acoustic"),
    "37": ("电离辐射", "ionizing_radiation", "ionizing radiation"),
    "46": ("物理化学", "化学", "理化", "chemical", "physico-chemical"),
    "51": ("纺织", "textiles"),
    "53": ("铁路", "railways"),
    "55": ("气象", "meteorology"),
    "57": ("海洋", "oceanography"),
    "59": ("邮电", "telecom", "posts and telecommunications"),
    "61": ("交通运输", "transport"),
    "63": ("建材", "building_materials", "building materials"),
    "65": ("农林牧渔", "agriculture", "agriculture, forestry, husbandry and fisheries"),
}
CODES = {folded(word): code for code, words in WORDS.items() for word in (code, *words)}


def field_code(text: str) -> str | None:
    """The two digits for a code or a name in any of the words in use; None for no field."""
    return CODES.get(folded(text))
