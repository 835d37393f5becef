"""A plan for every province of today, from the data that ship."""

from __future__ import annotations

from mangluoi import gazetteer, shipped
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario import Plan, read_plan
from mangluoi.tables import nearest
from mangluoi.viettext import fold, slug

__all__ = ["province_plan", "province_plans"]

#: The plan that every province starts from.
_COMMON = "ca-nuoc/tinh.toml"
_KINDS = ("tinh", "thanh pho", "tp")


def _names() -> dict[str, str]:
    listed = gazetteer.units.units(gazetteer.units.NEW, level="province")
    return dict(zip(listed["unit_code"].astype(str), listed["name"].astype(str), strict=True))


def _bare(name: str) -> str:
    """Return a province's name without its kind and diacritics."""
    folded = " ".join(fold(name).replace(".", " ").replace("-", " ").split())
    kind = next((kind for kind in _KINDS if folded.startswith(f"{kind} ")), "")
    return folded[len(kind) :].strip()


def province_plan(province: str) -> Plan:
    """Return a plan for a province: the need of each commune, and of what nobody published nothing.

    Parameters
    ----------
    province
        Code or name of one of the 34 provinces; its kind and diacritics are not needed.

    Raises
    ------
    PlanError
        If there is no such province.
    """
    names = _names()
    by_name = {_bare(name): code for code, name in names.items()}
    code = province if province in names else by_name.get(_bare(province))
    if code is None:
        details = {"nearest": nearest(province, list(names.values()))}
        raise PlanError([Complaint("not_in_list", column="province", value=province, details=details)])
    common = read_plan(shipped.plans_folder() / _COMMON)
    name = names[code]
    return common.replace(
        name=f"tinh-{code}-{slug(_bare(name))}",
        province_code=code,
        title=f"{common.title}, {name[0].lower()}{name[1:]}",
    )


def province_plans() -> list[Plan]:
    """Return a plan for each of the 34 provinces, by code."""
    return [province_plan(code) for code in sorted(_names())]
