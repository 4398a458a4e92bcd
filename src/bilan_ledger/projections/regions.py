"""The departments and regions of France, by the INSEE code of a commune.

Source: the official geographic code of INSEE, as of 2016 (thirteen regions) and the five overseas.
"""

_REGIONS = {
    "Auvergne-Rhône-Alpes": "01 03 07 15 26 38 42 43 63 69 73 74",
    "Bourgogne-Franche-Comté": "21 25 39 58 70 71 89 90",
    "Bretagne": "22 29 35 56",
    "Centre-Val de Loire": "18 28 36 37 41 45",
    "Corse": "2A 2B",
    "Grand Est": "08 10 51 52 54 55 57 67 68 88",
    "Guadeloupe": "971",
    "Guyane": "973",
    "Hauts-de-France": "02 59 60 62 80",
    "Île-de-France": "75 77 78 91 92 93 94 95",
    "La Réunion": "974",
    "Martinique": "972",
    "Mayotte": "976",
    "Normandie": "14 27 50 61 76",
    "Nouvelle-Aquitaine": "16 17 19 23 24 33 40 47 64 79 86 87",
    "Occitanie": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "Pays de la Loire": "44 49 53 72 85",
    "Provence-Alpes-Côte d'Azur": "04 05 06 13 83 84",
}
_REGION_OF = {code: name for name, codes in _REGIONS.items() for code in codes.split()}
_OVERSEAS = "97"


def department(insee: str | None) -> str | None:
    """Return the department of a commune (`62`, `2A`, `974`); None where it is in none.

    >>> department("62119")
    '62'
    """
    if insee is None:
        return None
    code = insee[: 3 if insee.startswith(_OVERSEAS) else 2]
    return code if code in _REGION_OF else None


def region(department: str | None) -> str | None:
    """Return the region of a department.

    >>> region("62")
    'Hauts-de-France'
    """
    return None if department is None else _REGION_OF[department]
