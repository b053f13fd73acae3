"""Readable names for the columns of the CoIL 2000 customer data.

The codes are those of its data dictionary: M... describe the neighbourhood in classes of 10 %
(0 = none, 9 = all), P... how much a household pays for a policy, A... how many it holds.
"""

from collections.abc import Mapping

FAMILIES = {
    1: "successful hedonists",
    2: "driven growers",
    3: "average family",
    4: "career loners",
    5: "living well",
    6: "cruising seniors",
    7: "retired and religious",
    8: "family with grown-ups",
    9: "conservative families",
    10: "farmers",
}
"""The customer's main type, by its code in MOSHOOFD."""

_NEIGHBOURHOOD = {
    "MAANTHUI": "houses",
    "MGEMOMV": "household_size",
    "MGEMLEEF": "age_class",
    "MGODRK": "roman_catholic",
    "MGODPR": "protestant",
    "MGODOV": "other_religion",
    "MGODGE": "no_religion",
    "MRELGE": "married",
    "MRELSA": "living_together",
    "MRELOV": "other_relation",
    "MFALLEEN": "singles",
    "MFGEKIND": "without_children",
    "MFWEKIND": "with_children",
    "MOPLHOOG": "education_high",
    "MOPLMIDD": "education_medium",
    "MOPLLAAG": "education_low",
    "MBERHOOG": "work_high_status",
    "MBERZELF": "work_entrepreneur",
    "MBERBOER": "work_farmer",
    "MBERMIDD": "work_middle_management",
    "MBERARBG": "work_skilled",
    "MBERARBO": "work_unskilled",
    "MSKA": "social_class_a",
    "MSKB1": "social_class_b1",
    "MSKB2": "social_class_b2",
    "MSKC": "social_class_c",
    "MSKD": "social_class_d",
    "MHHUUR": "home_rented",
    "MHKOOP": "home_owned",
    "MAUT1": "one_car",
    "MAUT2": "two_cars",
    "MAUT0": "no_car",
    "MZFONDS": "health_public",
    "MZPART": "health_private",
    "MINKM30": "income_below_30k",
    "MINK3045": "income_30k_45k",
    "MINK4575": "income_45k_75k",
    "MINK7512": "income_75k_122k",
    "MINK123M": "income_above_123k",
    "MINKGEM": "income_class",
    "MKOOPKLA": "purchasing_power_class",
}
_POLICIES = {
    "WAPART": "third_party",
    "WABEDR": "third_party_firm",
    "WALAND": "third_party_farm",
    "PERSAUT": "car",
    "BESAUT": "van",
    "MOTSCO": "motorcycle",
    "VRAAUT": "lorry",
    "AANHANG": "trailer",
    "TRACTOR": "tractor",
    "WERKT": "farm_machine",
    "BROM": "moped",
    "LEVEN": "life",
    "PERSONG": "accident",
    "GEZONG": "family_accident",
    "WAOREG": "disability",
    "BRAND": "fire",
    "ZEILPL": "surfboard",
    "PLEZIER": "boat",
    "FIETS": "bicycle",
    "INBOED": "contents",
    "BYSTAND": "social_security",
}
COLUMNS = {
    **_NEIGHBOURHOOD,
    **{f"P{code}": f"{name}_paid" for code, name in _POLICIES.items()},
    **{f"A{code}": f"{name}_policies" for code, name in _POLICIES.items()},
}
"""Code to readable name, for the columns that a person may see."""


def features_of(row: Mapping[str, object]) -> dict[str, object]:
    """A row under readable names, without what gives the answer away (MOSTYPE, Purchase)."""
    return {name: row[code] for code, name in COLUMNS.items()}
