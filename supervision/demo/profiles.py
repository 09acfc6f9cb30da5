"""What kinds of entities a region of the demonstration has, and what they weigh and measure with.

At full size a region has 1,000 entities with 12,000 instruments.
"""

from dataclasses import dataclass

from supervision.models import Entity, Instrument

KINDS, PURPOSES = Entity.Kind, Instrument.Purpose


@dataclass(frozen=True, slots=True)
class Model:
    """An instrument as it is usual: kind, name, model, range, class, months of its interval."""

    kind: str
    name: str
    model: str
    range_text: str
    accuracy: str
    months: int
    purpose: str = PURPOSES.TRADE


@dataclass(frozen=True, slots=True)
class Profile:
    """So many entities of a kind in a region, `each` with so many instruments."""

    kind: str
    words: tuple[str, ...]
    place: str
    entities: int
    each: int
    models: tuple[Model, ...]
    industry: str = ""


SCALE = Model("price-computing-scale", "电子计价秤", "ACS-30", "(0~30) kg", "Ⅲ", 12)
COUNTER = Model("counter-scale", "案秤", "AGT-10", "(0~10) kg", "Ⅲ", 12)
ELECTRONIC = Model("electronic-scale", "电子台秤", "TCS-150", "(0~150) kg", "Ⅲ", 12)
TRUCK = Model("weighbridge", "电子汽车衡", "SCS-100", "(0~100) t", "Ⅲ", 12)
DISPENSER = Model("fuel-dispenser", "燃油加油机", "JDK50", "(5~50) L/min", "0.3级", 6)
BLOOD = Model(
    "sphygmomanometer", "台式血压计", "XJ11D", "(0~40) kPa", "±0.5 kPa", 6, PURPOSES.MEDICAL
)
BLOOD_AUTO = Model(
    "sphygmomanometer-automatic", "电子血压计", "HBP-1100", "(0~40) kPa", "±0.5 kPa", 12,
    PURPOSES.MEDICAL,
)  # fmt: skip
ECG = Model("ecg", "数字心电图机", "ECG-1200", "(0.1~10) mV", "±5%", 12, PURPOSES.MEDICAL)
ULTRASOUND = Model(
    "medical-ultrasound", "超声诊断仪", "DC-60", "(2~10) MHz", "合格", 12, PURPOSES.MEDICAL
)
FOCIMETER = Model("focimeter", "焦度计", "TL-100", "(−25~+25) D", "±0.06 D", 12, PURPOSES.MEDICAL)
REFRACTOMETER = Model(
    "refractometer-eye", "验光仪", "RM-9600", "(−20~+20) D", "±0.25 D", 12, PURPOSES.MEDICAL
)
LENSES = Model("trial-lenses", "验光镜片箱", "JS-266", "(−20~+20) D", "合格", 24, PURPOSES.MEDICAL)
TAXIMETER = Model("taximeter", "出租汽车计价器", "TX-2", "(0~999.9) km", "−4%~+1%", 12)
WATER = Model("water-meter", "冷水水表", "LXS-20E", "DN20", "2级", 72)
ELECTRICITY = Model("electricity-meter", "电能表", "DDZY-100", "5(60) A", "A级", 96)
GAS = Model("gas-meter", "膜式燃气表", "G2.5", "(0.025~4) m³/h", "1.5级", 120)
HEAT = Model("heat-meter", "超声波热量表", "DN20", "(0.05~5) m³/h", "2级", 36)
PRESSURE = Model("pressure-gauge", "压力表", "Y-100", "(0~1.6) MPa", "1.6级", 6, PURPOSES.SAFETY)
FIREDAMP = Model(
    "firedamp-meter", "光干涉式甲烷测定器", "CJG10", "(0~10) %", "±0.3 %", 12, PURPOSES.SAFETY
)
DUST = Model(
    "dust-meter", "粉尘浓度测量仪", "CCZ-1000", "(0.1~1000) mg/m³", "±10 %", 12, PURPOSES.SAFETY
)
DETECTOR = Model(
    "gas-detector", "可燃气体报警器", "GT-100", "(0~100) %LEL", "±5 %LEL", 12, PURPOSES.SAFETY
)
WATER_QUALITY = Model(
    "water-quality", "化学需氧量在线监测仪", "COD-2000", "(10~500) mg/L", "±10 %", 12,
    PURPOSES.ENVIRONMENT,
)  # fmt: skip
BALANCE = Model("balance", "电子天平", "FA2004", "(0~200) g", "Ⅰ", 12, PURPOSES.OTHER)

PROFILES = (
    Profile(
        KINDS.MARKET, ("农贸市场", "集贸市场", "水产市场"), "摊位", 90, 30,
        (SCALE, SCALE, SCALE, COUNTER, ELECTRONIC), "市场管理",
    ),
    Profile(KINDS.RETAIL, ("超市", "商场", "金店"), "柜台", 130, 6, (SCALE, ELECTRONIC), "零售业"),
    Profile(KINDS.FUEL_STATION, ("加油站", "加油加气站"), "枪", 130, 8, (DISPENSER,), "成品油零售"),
    Profile(
        KINDS.MEDICAL, ("卫生院", "社区卫生服务中心", "医院"), "诊室", 150, 12,
        (BLOOD, BLOOD, BLOOD_AUTO, ECG, PRESSURE, ULTRASOUND), "卫生",
    ),
    Profile(
        KINDS.OPTICIAN, ("眼镜店", "验光配镜中心"), "验光室", 80, 4,
        (FOCIMETER, REFRACTOMETER, LENSES), "眼镜制配",
    ),
    Profile(KINDS.CATERING, ("饭店", "食堂"), "厨房", 110, 3, (SCALE, ELECTRONIC), "餐饮业"),
    Profile(KINDS.TRANSPORT, ("出租汽车公司",), "车辆", 30, 40, (TAXIMETER,), "道路运输"),
    Profile(
        KINDS.UTILITY, ("供水公司", "供电所", "燃气公司", "热力公司"), "用户", 40, 50,
        (WATER, ELECTRICITY, GAS, WATER, HEAT), "公用事业",
    ),
    Profile(
        KINDS.MINE, ("煤矿", "矿业公司"), "工作面", 30, 15, (FIREDAMP, DUST, PRESSURE), "采矿业"
    ),
    Profile(KINDS.MAKER, ("衡器制造厂", "仪表厂"), "检验室", 20, 4, (BALANCE,), "仪器仪表制造"),
    Profile(
        KINDS.ENTERPRISE, ("化工厂", "水泥厂", "食品厂", "机械厂"), "车间", 180, 7,
        (PRESSURE, TRUCK, ELECTRICITY, DETECTOR, WATER_QUALITY), "制造业",
    ),
    Profile(KINDS.OTHER, ("粮食收购站", "废品收购站"), "库房", 10, 4, (TRUCK, ELECTRONIC)),
)  # fmt: skip
