"""Every table declared once: columns, types, units, keys and ranges.

One declaration serves as check (`check`), as page of documentation and as the empty input workbook. Facts travel
between the stages as plain frames that fit these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mangluoi.checking import Column, Table, check, convert, nearest

__all__ = [
    "ACTIONS", "ADDRESSES", "ALLOCATION", "CAPACITY", "CROSSWALK", "FACILITIES", "FRONTIER", "INPUTS", "NEED", "PEOPLE",
    "POINTS", "SITES", "STATES", "TABLES", "TRAVEL_TIMES", "UNITS", "Column", "Table", "check", "convert", "nearest",
]  # fmt: skip

# Sanity box of the country, islands included, in degrees (EPSG:4326).
LON_RANGE, LAT_RANGE = (102.0, 118.0), (6.0, 23.5)

_LON = Column(
    "lon", "number", "Kinh độ", "Longitude, WGS 84.", "Kinh độ WGS 84, độ thập phân (ví dụ 105,3).",
    unit="độ", required=False, low=-180, high=180,
)  # fmt: skip
_LAT = Column(
    "lat", "number", "Vĩ độ", "Latitude, WGS 84.", "Vĩ độ WGS 84, độ thập phân (ví dụ 18,9).",
    unit="độ", required=False, low=-180, high=180,
)  # fmt: skip
_SOURCE = Column(
    "source", "text", "Nguồn", "Where the row comes from.", "Nguồn số liệu: tên văn bản, số, ngày.",
)  # fmt: skip
_AS_OF = Column(
    "as_of", "date", "Số liệu đến ngày", "Date the figure is valid for; a year will do.",
    "Thời điểm của số liệu: năm (2023) hoặc ngày (2023-12-31).",
)  # fmt: skip
_UNIT = Column(
    "unit_code", "code", "Mã đơn vị", "Code of the administrative unit.",
    "Mã đơn vị hành chính: xã 5 chữ số, huyện 3, tỉnh 2; giữ số 0 ở đầu.",
)  # fmt: skip
_VINTAGE = Column(
    "vintage", "date", "Danh mục", "The set of units that the code belongs to: the date it is valid from.",
    "Danh mục đơn vị hành chính: 2025-06-30 (63 tỉnh, có huyện) hoặc 2025-07-01 (34 tỉnh).", choices="vintage",
)  # fmt: skip
_GROUP = Column(
    "group", "code", "Nhóm đối tượng", "Beneficiary group.", "Mã nhóm đối tượng, chọn trong danh sách.",
    choices="group",
)  # fmt: skip
_SERVICE = Column(
    "service", "code", "Dịch vụ", "Service.", "Mã dịch vụ, chọn trong danh sách.", choices="service",
)  # fmt: skip
_SITE = Column("site_id", "code", "Mã địa điểm", "Id of the site.", "Mã địa điểm (cơ sở có thể có nhiều địa điểm).")
_POINT = Column("point_id", "code", "Mã điểm", "Id of the demand point.", "Mã điểm dân cư.")
_LOCATED_BY = Column(
    "located_by", "code", "Cách định vị", "How the location is known.", "Cách xác định vị trí.", required=False,
    choices=("given", "commune", "district", "assumed"),
)  # fmt: skip
_WITHIN = Column(
    "located_within_m", "number", "Sai số vị trí", "Radius within which the true place lies.",
    "Bán kính chứa vị trí thật.", unit="m", required=False, low=0,
)  # fmt: skip


def _people(name: str, heading: str, meaning: str, meaning_vi: str, *, required: bool = True) -> Column:
    return Column(name, "whole", heading, meaning, meaning_vi, unit="người", required=required, low=0)


UNITS = Table(
    "units", "Đơn vị", "Administrative units of every vintage.", "Đơn vị hành chính.",
    ("unit_code", "vintage", "level"),
    (
        _UNIT,
        _VINTAGE,
        Column("level", "code", "Cấp", "Level.", "Cấp hành chính.", choices=("province", "district", "commune")),
        Column("parent_code", "code", "Mã cấp trên", "Code of the unit above.", "Mã đơn vị cấp trên.", required=False),
        Column("name", "text", "Tên", "Full official name.", "Tên đầy đủ."),
        Column("kind", "text", "Loại", "Kind: xã, phường, …", "Loại đơn vị."),
        _LON,
        _LAT,
        Column("area_km2", "number", "Diện tích", "Area.", "Diện tích.", unit="km²", required=False, low=0),
        _SOURCE,
    ),
)  # fmt: skip

CROSSWALK = Table(
    "crosswalk", "Chuyển đổi", "Shares that carry counts from units of one vintage to another.",
    "Tỷ lệ chuyển số liệu giữa hai danh mục.", ("from_code", "from_vintage", "to_code", "to_vintage"),
    (
        Column("from_code", "code", "Mã cũ", "Code of the origin.", "Mã đơn vị gốc."),
        Column("from_vintage", "date", "Danh mục cũ", "Vintage of the origin.", "Danh mục gốc."),
        Column("to_code", "code", "Mã mới", "Code of the target.", "Mã đơn vị đích."),
        Column("to_vintage", "date", "Danh mục mới", "Vintage of the target.", "Danh mục đích."),
        Column("share", "number", "Tỷ lệ", "Share of the origin's counts; sums to 1.", "Tỷ lệ.", low=0, high=1),
        Column(
            "basis", "code", "Căn cứ", "What the share stands on.", "Căn cứ của tỷ lệ.",
            choices=("whole", "population", "area", "equal"),
        ),
        _SOURCE,
    ),
)  # fmt: skip

FACILITIES = Table(
    "facilities", "Cơ sở", "Facilities; a facility owns one or more sites.",
    "Mỗi dòng một cơ sở trợ giúp xã hội.", ("facility_id",),
    (
        Column("facility_id", "code", "Mã cơ sở", "Id of the facility.", "Mã tự đặt, không trùng (ví dụ CS01)."),
        Column("name", "text", "Tên cơ sở", "Its name.", "Tên đầy đủ của cơ sở."),
        Column(
            "type", "code", "Loại hình", "Facility type.", "Mã loại hình, chọn trong danh sách.", choices="type"
        ),
        Column(
            "ownership", "code", "Sở hữu", "public or nonpublic.",
            "public (công lập) hoặc nonpublic (ngoài công lập).", choices=("public", "nonpublic"),
        ),
        Column(
            "authority", "code", "Cấp quản lý", "Who it answers to.",
            "Cấp quản lý: province, ministry, police, commune.", required=False,
            choices=("province", "ministry", "police", "commune"),
        ),
        _AS_OF,
        _SOURCE,
    ),
)  # fmt: skip

SITES = Table(
    "sites", "Địa điểm", "Sites; only a site has a location.",
    "Mỗi dòng một địa điểm của cơ sở; chỉ địa điểm mới có vị trí.", ("site_id",),
    (
        _SITE,
        Column("facility_id", "code", "Mã cơ sở", "Facility that owns it.", "Mã cơ sở, có ở trang Cơ sở."),
        Column("name", "text", "Tên địa điểm", "Its name.", "Tên địa điểm (ví dụ Cơ sở 1)."),
        Column(
            "address", "text", "Địa chỉ", "Address, before or after the merger of 2025.",
            "Địa chỉ có xã/phường, (huyện,) tỉnh, trước hoặc sau sắp xếp năm 2025.", required=False,
        ),
        _LON,
        _LAT,
        Column(
            "confidential", "flag", "Bảo mật", "Whether its place must never be shown.",
            "có: không bao giờ hiển thị vị trí (nhà tạm lánh, địa chỉ tin cậy).",
        ),
        _SOURCE,
    ),
)  # fmt: skip

CAPACITY = Table(
    "capacity", "Năng lực", "What a site offers and how many people it can hold.",
    "Mỗi dòng một dịch vụ tại một địa điểm; chưa có số liệu thì để trống.", ("site_id", "service"),
    (
        _SITE,
        _SERVICE,
        _people("capacity", "Quy mô", "People it can hold at once.", "Số chỗ theo quy mô được duyệt.", required=False),
        _people("residents", "Đang nuôi dưỡng", "People it holds now.", "Số người hiện có.", required=False),
        _people("staff", "Nhân viên", "Staff.", "Số nhân viên.", required=False),
        Column("land_m2", "number", "Diện tích đất", "Land.", "Diện tích đất.", unit="m²", required=False, low=0),
        Column(
            "bedroom_m2", "number", "Diện tích phòng ở", "Bedroom area.", "Diện tích phòng ở.", unit="m²",
            required=False, low=0,
        ),
        Column(
            "hedge", "code", "Mức chính xác", "How the source hedges the figure.",
            "Nguồn ghi: = đúng, > trên, < gần, ~ khoảng.", required=False, choices=("=", ">", "<", "~"),
        ),
        _AS_OF,
        _SOURCE,
    ),
)  # fmt: skip

PEOPLE = Table(
    "people", "Đối tượng", "How many of a group live in a unit (a stock).",
    "Mỗi dòng số người của một nhóm trong một đơn vị hành chính.", ("unit_code", "vintage", "group"),
    (
        _UNIT,
        _VINTAGE,
        _GROUP,
        _people("people", "Số người", "People.", "Số người tại một thời điểm (không ghi lượt, hộ)."),
        _people("lower", "Cận dưới", "Lower bound.", "Cận dưới nếu số liệu là 'trên', 'khoảng'.", required=False),
        _people("upper", "Cận trên", "Upper bound.", "Cận trên nếu số liệu là 'gần', 'khoảng'.", required=False),
        Column("kind", "code", "Tính chất", "Always a stock.", "Ghi stock (số tại một thời điểm).", choices="kind"),
        _AS_OF,
        _SOURCE,
    ),
)  # fmt: skip

POINTS = Table(
    "points", "Điểm dân cư", "Demand points.", "Điểm đại diện của nơi có đối tượng.", ("point_id",),
    (_POINT, _UNIT, _VINTAGE, _LON, _LAT, _LOCATED_BY, _WITHIN),
)  # fmt: skip

NEED = Table(
    "need", "Nhu cầu", "How many people of a group at a point need a service.", "Nhu cầu dịch vụ.",
    ("point_id", "group", "service"),
    (
        _POINT,
        _GROUP,
        _SERVICE,
        Column("need", "number", "Nhu cầu", "People who need it.", "Số người cần.", unit="người", low=0),
        Column("lower", "number", "Cận dưới", "Lower bound.", "Cận dưới.", unit="người", required=False, low=0),
        Column("upper", "number", "Cận trên", "Upper bound.", "Cận trên.", unit="người", required=False, low=0),
    ),
)  # fmt: skip

TRAVEL_TIMES = Table(
    "travel_times", "Thời gian", "Minutes between points and sites; an absent pair is beyond reach.",
    "Thời gian đi; không có dòng nghĩa là ngoài phạm vi.", ("from_id", "to_id", "mode"),
    (
        Column("from_id", "code", "Từ", "Origin.", "Điểm đi."),
        Column("to_id", "code", "Đến", "Destination.", "Điểm đến."),
        Column("minutes", "number", "Phút", "Travel time.", "Thời gian đi.", unit="phút", low=0),
        Column("mode", "code", "Phương tiện", "Profile.", "Phương tiện.", required=False),
    ),
)  # fmt: skip

ALLOCATION = Table(
    "allocation", "Phân bổ", "Who is served where.", "Ai được phục vụ ở đâu.",
    ("point_id", "group", "site_id", "service"),
    (
        _POINT,
        _GROUP,
        _SITE,
        _SERVICE,
        Column("served", "number", "Được phục vụ", "People served.", "Số người được phục vụ.", unit="người", low=0),
    ),
)  # fmt: skip


def _state(name: str, heading: str, meaning: str) -> Column:
    return Column(name, "number", heading, meaning, heading + ".", unit="người", low=0)


STATES = Table(
    "states", "Mức đáp ứng", "The four states of need; they sum to need, exactly.",
    "Bốn trạng thái của nhu cầu; tổng bằng nhu cầu.", ("point_id", "group", "service"),
    (
        _POINT,
        _GROUP,
        _SERVICE,
        _state("need", "Nhu cầu", "People who need it."),
        _state("served", "Được phục vụ", "Served within the threshold."),
        _state("full", "Thiếu chỗ", "Within reach of an admissible site, but no known free place."),
        _state("out_of_reach", "Ngoài phạm vi", "No admissible site within the threshold."),
        _state("unlocated", "Chưa xác định vị trí", "Not on the map, so not assessed."),
    ),
)  # fmt: skip

ACTIONS = Table(
    "actions", "Phương án", "What may be done, and its cost.", "Việc có thể làm và chi phí.", ("action_id",),
    (
        Column("action_id", "code", "Mã", "Id of the action.", "Mã việc."),
        Column(
            "kind", "code", "Việc",
            "build; expand; reprofile (places move from another service); upgrade (admit a group that is not admitted "
            "today); merge (close a source, its places go here); close.",
            "Xây mới, mở rộng, chuyển đổi công năng, nâng cấp để được nhận nhóm, sáp nhập, giải thể.",
            choices=("build", "expand", "reprofile", "upgrade", "merge", "close"),
        ),
        Column("site_id", "code", "Mã địa điểm", "The site, existing or new.", "Địa điểm hiện có hoặc mới."),
        _SERVICE,
        _people("min_added", "Tối thiểu", "Fewest places if done at all.", "Số chỗ tối thiểu nếu làm."),
        _people("max_added", "Tối đa", "Most places; zero with upgrade and close.", "Số chỗ tối đa."),
        Column("fixed_vnd", "number", "Chi phí cố định", "Cost if done.", "Chi phí cố định.", unit="đồng", low=0),
        Column(
            "per_place_vnd", "number", "Suất đầu tư",
            "Cost per place added; with upgrade and close, per place that stands.", "Chi phí một chỗ.", unit="đồng",
            low=0,
        ),
        Column(
            "step", "whole", "Bước", "Places are added in steps of so many.", "Số chỗ tăng theo bước.", unit="người",
            required=False, low=1,
        ),
        Column(
            "from_site_id", "code", "Từ địa điểm", "With reprofile and merge: the source; the same site if missing.",
            "Nơi chuyển chỗ đi.", required=False,
        ),
        Column(
            "from_service", "code", "Từ dịch vụ", "With reprofile and merge: its service; the same if missing.",
            "Dịch vụ chuyển chỗ đi.", required=False, choices="service",
        ),
        Column(
            "group", "code", "Nhóm được nhận", "With upgrade: who is admitted; everybody if missing.",
            "Nhóm được nhận sau nâng cấp.", required=False, choices="group",
        ),
        Column(
            "saved_vnd", "number", "Tiết kiệm", "What no longer has to be paid; counts in the least total only.",
            "Khoản không còn phải chi.", unit="đồng", required=False, low=0,
        ),
        Column(
            "land_per_place_m2", "number", "Đất một chỗ", "Land that the norm asks for each place.",
            "Định mức đất một chỗ.", unit="m²", required=False, low=0,
        ),
        Column(
            "phase", "whole", "Giai đoạn", "Earliest phase in which it can be done, from 1.", "Giai đoạn sớm nhất.",
            required=False, low=1,
        ),
        Column("authority", "code", "Nguồn", "Whose budget pays.", "Cấp chi trả.", required=False),
        Column(
            "exclusive", "code", "Loại trừ", "Of the actions with the same word, one at most is done.",
            "Chỉ làm một trong các việc cùng mã.", required=False,
        ),
        Column(
            "requires", "text", "Điều kiện",
            "Ids of actions, or words of `exclusive`, that must be done too; several with semicolons.",
            "Việc phải làm trước.", required=False,
        ),
        Column(
            "bundle", "code", "Gói",
            "Actions with the same word are done all or none; of those that exclude each other, such as sizes, one.",
            "Làm cùng nhau hoặc không.", required=False,
        ),
        Column(
            "place_id", "code", "Mã nơi", "The place, where its services have site ids of their own.",
            "Địa điểm chung của nhiều dịch vụ.", required=False,
        ),
        Column(
            "facility_type", "code", "Loại hình", "With build: what is built.", "Loại hình xây mới.", required=False,
            choices="type",
        ),
        Column(
            "ownership", "code", "Sở hữu", "With build: public or nonpublic.", "Công lập hoặc ngoài công lập.",
            required=False, choices=("public", "nonpublic"),
        ),
    ),
)  # fmt: skip

FRONTIER = Table(
    "frontier", "Ngân sách", "The most people for each budget, every point proven or with its bound.",
    "Số người nhiều nhất ứng với mỗi mức ngân sách.", ("budget_vnd",),
    (
        Column("budget_vnd", "number", "Ngân sách", "The budget.", "Ngân sách.", unit="đồng", low=0),
        Column(
            "people", "number", "Số người", "People served, or covered where the plan's aim is coverage; missing "
            "where no answer is known.", "Số người được phục vụ (hoặc trong phạm vi).", unit="người", required=False,
            low=0,
        ),
        Column(
            "bound", "number", "Cận trên", "What no plan for this budget can surpass; equal to people where proven.",
            "Không phương án nào vượt quá.", unit="người", required=False, low=0,
        ),
        Column(
            "gap", "number", "Khoảng cách", "Distance of the two, relative to the bound.", "Khoảng cách tương đối.",
            required=False, low=0,
        ),
        Column(
            "cost_vnd", "number", "Kinh phí", "What the actions found cost.", "Kinh phí của các việc tìm được.",
            unit="đồng", low=0,
        ),
        Column(
            "status", "code", "Mức chắc chắn", "optimal: proven to be the most.", "optimal: đã chứng minh tối ưu.",
            choices=("optimal", "bounded", "time_limit", "interrupted", "infeasible"),
        ),
        Column("actions", "whole", "Số việc", "How many actions are done.", "Số việc được làm.", low=0),
    ),
)  # fmt: skip

ADDRESSES = Table(
    "addresses", "Địa điểm", "Anything with an address, a name or coordinates that is to be put on the map.",
    "Mỗi dòng một nơi cần xác định vị trí.", (),
    (
        Column("row_id", "code", "Mã", "Id of the row, if it has one.", "Mã của dòng, nếu có.", required=False),
        Column("name", "text", "Tên", "What stands there.", "Tên cơ sở hoặc địa điểm.", required=False),
        Column("type", "text", "Loại", "What kind of place it is.", "Loại cơ sở.", required=False),
        Column(
            "address", "text", "Địa chỉ", "Address, before or after the merger of 2025.",
            "Địa chỉ có xã/phường, (huyện,) tỉnh, trước hoặc sau sắp xếp năm 2025.", required=False,
        ),
        Column("unit_name", "text", "Xã, phường", "Its commune.", "Tên xã, phường.", required=False),
        Column("district_name", "text", "Huyện", "Its old district.", "Tên huyện cũ.", required=False),
        Column("province_name", "text", "Tỉnh", "Its province.", "Tên tỉnh.", required=False),
        Column(
            "lon", "number", "Kinh độ", "Longitude, or metres of any zone of VN-2000.",
            "Kinh độ, hoặc toạ độ VN-2000.", required=False,
        ),
        Column(
            "lat", "number", "Vĩ độ", "Latitude, or metres of any zone of VN-2000.",
            "Vĩ độ, hoặc toạ độ VN-2000.", required=False,
        ),
        Column(
            "confidential", "flag", "Bảo mật", "Whether its place must never be shown.",
            "có: không bao giờ hiển thị vị trí.", required=False,
        ),
    ),
)  # fmt: skip

#: The tables that a planner fills in, in the order of the workbook's sheets.
INPUTS: tuple[Table, ...] = (FACILITIES, SITES, CAPACITY, PEOPLE)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            UNITS, CROSSWALK, FACILITIES, SITES, CAPACITY, PEOPLE, ADDRESSES, POINTS, NEED, TRAVEL_TIMES, ALLOCATION,
            STATES, ACTIONS, FRONTIER,
        )
    }
)  # fmt: skip
