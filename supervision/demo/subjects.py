"""What demonstration campaigns look at, and what they ask."""

from dataclasses import dataclass

from supervision.models import Entity

KINDS = Entity.Kind
LAW = "《中华人民共和国计量法》第九条、《计量法实施细则》"
PACKAGES = "《定量包装商品计量监督管理办法》"
USUAL = (
    "强制检定计量器具登记造册并申请检定",
    "计量器具在检定有效期内且证书与实物一致",
    "铅封、检定标志完好，无擅自改动",
    "在显著位置公示计量承诺和监督电话",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """`instruments` are codes of kinds; `points` what the checklist asks."""

    title: str
    entities: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    basis: str = LAW
    points: tuple[str, ...] = USUAL
    departments: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()


SUBJECTS = (
    Subject(
        "加油站计量专项监督检查",
        (KINDS.FUEL_STATION,),
        ("fuel-dispenser",),
        departments=("商务部门", "税务部门", "应急管理部门"),
    ),
    Subject(
        "集贸市场衡器监督检查",
        (KINDS.MARKET, KINDS.RETAIL),
        ("price-computing-scale", "counter-scale", "electronic-scale"),
        departments=("商务部门", "农业农村部门"),
    ),
    Subject(
        "定量包装商品净含量监督抽查",
        (KINDS.RETAIL, KINDS.MARKET, KINDS.ENTERPRISE),
        basis=PACKAGES,
        points=("净含量标注清晰完整", "计量单位使用正确", "字符高度符合规定", "抽样单由双方签字"),
        commodities=("大米", "食用油", "饮料", "糕点"),
    ),
    Subject(
        "医疗卫生机构计量器具监督检查",
        (KINDS.MEDICAL,),
        ("sphygmomanometer", "ecg", "medical-ultrasound"),
        departments=("卫生健康部门",),
    ),
    Subject(
        "眼镜制配场所计量监督检查",
        (KINDS.OPTICIAN,),
        ("focimeter", "refractometer-eye", "trial-lenses"),
        departments=("卫生健康部门", "教育部门"),
    ),
    Subject(
        "餐饮和商超计量监督检查",
        (KINDS.CATERING, KINDS.RETAIL),
        ("price-computing-scale", "electronic-scale"),
        departments=("商务部门",),
    ),
    Subject(
        "出租汽车计价器监督检查",
        (KINDS.TRANSPORT,),
        ("taximeter",),
        departments=("交通运输部门",),
    ),
    Subject(
        "民用四表计量监督检查",
        (KINDS.UTILITY,),
        ("water-meter", "electricity-meter", "gas-meter", "heat-meter"),
        departments=("住房城乡建设部门",),
    ),
    Subject(
        "矿山安全计量器具监督检查",
        (KINDS.MINE,),
        ("firedamp-meter", "dust-meter", "pressure-gauge"),
        departments=("应急管理部门",),
    ),
    Subject(
        "重点用能单位能源计量审查",
        (KINDS.ENTERPRISE,),
        ("electricity-meter", "heat-meter", "weighbridge"),
        departments=("发展改革部门", "工业和信息化部门"),
    ),
    Subject(
        "计量器具产品质量监督抽查",
        (KINDS.MAKER, KINDS.ENTERPRISE),
        ("water-meter", "pressure-gauge", "electronic-scale"),
        points=(
            "样品经检验在最大允许误差之内",
            "型式批准证书有效",
            "铭牌和标志齐全",
            "出厂检定记录完整",
        ),
    ),
)
