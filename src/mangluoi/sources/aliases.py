"""What columns and groups are called on the sheets of provinces, beside their official names; folded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["COLUMNS", "GROUPS", "IGNORED"]

#: Further headings of each column.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "unit_code": (
            "ma xa", "ma don vi hanh chinh", "ma dvhc", "ma xa phuong", "ma huyen", "ma xa phuong thi tran",
            "ma xa/phuong", "ma xa, phuong", "ma phuong xa", "ma hanh chinh",
        ),
        "unit_name": (
            "ten xa", "ten xa phuong", "xa phuong", "xa, phuong", "xa/phuong", "xa", "xa, phuong, thi tran",
            "xa/phuong/thi tran", "xa phuong thi tran", "ten xa, phuong", "ten xa, phuong, thi tran", "ten don vi",
            "ten don vi hanh chinh", "don vi hanh chinh", "don vi", "dia ban", "dia phuong", "ten dia phuong",
            "ten xa/phuong", "phuong xa", "phuong/xa", "phuong, xa", "xa, phuong, dac khu", "xa/phuong/dac khu",
            "ten don vi/dia phuong", "don vi/dia phuong", "ten xa/phuong/thi tran", "commune", "dia ban xa",
        ),
        "district_name": (
            "huyen", "ten huyen", "quan huyen", "quan/huyen", "huyen, thi xa, thanh pho", "huyen/thi xa/thanh pho",
            "huyen, thi xa", "huyen/thanh pho", "huyen, thanh pho", "ten huyen, thi xa, thanh pho", "huyen thi",
            "thanh pho, huyen, thi xa", "huyen, thanh pho, thi xa", "huyen/tp", "quan, huyen", "district",
        ),
        "province_name": ("tinh", "ten tinh", "tinh, thanh pho", "tinh/thanh pho", "tinh thanh", "province"),
        "vintage": ("danh muc don vi", "danh muc hanh chinh"),
        "group": ("nhom", "ma nhom", "loai doi tuong", "doi tuong", "nhom nguoi", "ten nhom", "nhom doi tuong btxh"),
        "people": (
            "so doi tuong", "so luong", "so nguoi huong", "tong so doi tuong", "so nguoi hien co",
            "so nguoi huong tro cap",
            "so luong nguoi", "tong so nguoi", "so doi tuong huong tro cap", "so doi tuong dang huong",
        ),
        "lower": ("it nhat", "toi thieu"),
        "upper": ("nhieu nhat", "toi da"),
        "as_of": ("thoi diem", "ngay so lieu", "den ngay", "nam", "nam so lieu", "thoi diem so lieu"),
        "source": ("nguon so lieu", "can cu", "van ban"),
        "row_id": (
            "ma co so", "ma dia diem", "ma so", "ma diem", "ma so co so", "ma cs", "id", "site_id", "facility_id",
            "site id", "facility id",
        ),
        "facility_id": ("ma so co so", "ma cs", "ma so"),
        "site_id": ("ma diem", "ma dia diem co so"),
        "name": (
            "ten", "ten co so tro giup xa hoi", "ten don vi", "co so", "ten co so tgxh", "ten trung tam",
            "ten co so btxh",
            "ten co so bao tro xa hoi", "don vi", "ten dia diem", "ten co so",
        ),
        "type": ("loai", "loai co so", "loai hinh co so", "loai hinh"),
        "ownership": ("hinh thuc so huu", "cong lap/ngoai cong lap", "cong lap ngoai cong lap"),
        "authority": ("cap", "co quan quan ly", "don vi quan ly"),
        "address": ("dia chi co so", "noi dat", "dia diem", "dia chi", "tru so", "dia chi tru so", "noi dong tru so"),
        "lon": (
            "kinh do e", "kinh do (e)", "longitude", "long", "lng", "kinh do dong", "toa do kinh do", "toa do x", "x",
        ),
        "lat": ("vi do n", "vi do (n)", "latitude", "vi do bac", "toa do vi do", "toa do y", "y"),
        "confidential": ("bi mat", "khong cong khai"),
        "service": ("loai dich vu", "dich vu cung cap"),
        "capacity": (
            "cong suat", "quy mo duoc duyet", "so cho", "suc chua", "quy mo thiet ke", "quy mo cong suat",
            "cong suat thiet ke", "quy mo duoc phe duyet",
        ),
        "residents": (
            "so nguoi dang nuoi duong", "hien dang nuoi duong", "so doi tuong dang nuoi duong", "hien co",
            "so doi tuong hien co", "dang cham soc", "so nguoi dang cham soc",
        ),
        "staff": ("so nhan vien", "can bo", "so can bo", "can bo nhan vien", "so luong nhan vien", "can bo, nhan vien"),
        "land_m2": ("dien tich dat tu nhien", "dien tich"),
        "bedroom_m2": ("dien tich phong o cua doi tuong", "dien tich phong ngu"),
    }
)  # fmt: skip

#: What groups are called above the columns that count them.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "dan so": "population", "tong dan so": "population", "dan so trung binh": "population",
        "nhan khau": "population",
        "nguoi cao tuoi": "elderly", "nct": "elderly", "cao tuoi": "elderly",
        "nguoi cao tuoi co don": "elderly_alone", "nct co don": "elderly_alone", "nguoi gia co don": "elderly_alone",
        "nguoi cao tuoi khong co nguoi phung duong": "elderly_alone",
        "nguoi cao tuoi ngheo khong co nguoi phung duong": "elderly_alone",
        "nguoi tu 80 tuoi tro len": "elderly_80", "nguoi cao tuoi tu du 80 tuoi": "elderly_80",
        "nguoi tu du 80 tuoi tro len": "elderly_80", "nguoi cao tuoi tu du 80 tuoi tro len": "elderly_80",
        "tre em khong co nguon nuoi duong": "child_nosupport", "tre mo coi": "child_nosupport",
        "tre em mo coi": "child_nosupport", "tre mo coi, bo roi": "child_nosupport",
        "tre em mo coi, bi bo roi": "child_nosupport",
        "tre em co hoan canh dac biet": "child_special", "tre em hcdb": "child_special", "te co hcdb": "child_special",
        "nguoi don than ngheo nuoi con": "single_parent", "don than nuoi con": "single_parent",
        "nguoi don than nuoi con": "single_parent",
        "nguoi khuyet tat": "disabled", "nkt": "disabled", "khuyet tat": "disabled",
        "nguoi khuyet tat nang": "disabled_severe", "nkt nang": "disabled_severe", "khuyet tat nang": "disabled_severe",
        "nguoi khuyet tat dac biet nang": "disabled_xsevere", "nkt dac biet nang": "disabled_xsevere",
        "khuyet tat dac biet nang": "disabled_xsevere", "nkt dbn": "disabled_xsevere",
        "nguoi tam than": "mental_severe", "tam than nang": "mental_severe", "nguoi tam than nang": "mental_severe",
        "nguoi benh tam than nang": "mental_severe",
        "nguoi lang thang": "homeless", "lang thang co nho": "homeless", "nguoi lang thang co nho": "homeless",
        "nguoi nghien ma tuy": "drug", "nguoi nghien": "drug",
        "doi tuong btxh": "beneficiary", "doi tuong bao tro xa hoi": "beneficiary",
        "doi tuong huong tro cap hang thang": "beneficiary", "nguoi huong tro cap xa hoi hang thang": "beneficiary",
    }
)  # fmt: skip

#: What a planner may keep beside the data without its meaning anything to a plan.
IGNORED = frozenset({"stt", "tt", "so tt", "so thu tu", "ghi chu", "note", "notes", "no", "#"})
