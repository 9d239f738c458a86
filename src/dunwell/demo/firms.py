"""The customers of the sample portfolio: invented firms, households and public bodies, at reserved domains.

Nobody here exists. Addresses end in `.example`, which is reserved for such use; contacts are desks, never persons.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firm:
    """A customer: its name, its domain (before `.example`), where it is, what it is and what it pays in."""

    name: str
    domain: str
    country: str
    language: str
    currency: str
    kind: str = "business"


_DESKS = {
    "en": ("Accounts payable", "accounts.payable", "Finance management", "finance.management"),
    "de": ("Buchhaltung", "buchhaltung", "Kaufmännische Leitung", "leitung"),
    "fr": ("Comptabilité fournisseurs", "comptabilite", "Direction financière", "direction.financiere"),
    "it": ("Contabilità fornitori", "contabilita", "Direzione amministrativa", "direzione"),
    "es": ("Cuentas a pagar", "cuentas.a.pagar", "Dirección financiera", "direccion.financiera"),
    "ro": ("Contabilitate furnizori", "contabilitate", "Direcția economică", "directia.economica"),
    "ru": ("Бухгалтерия", "buhgalteria", "Финансовая дирекция", "findirekcia"),
    "fa": ("واحد حسابداری", "hesabdari", "مدیریت مالی", "modiriat.mali"),
}


def desk(firm: Firm) -> tuple[str, str]:
    """The desk that pays the firm's invoices: its name and its address."""
    name, local, _, _ = _DESKS[firm.language]
    return name, f"{local}@{firm.domain}.example"


def management(firm: Firm) -> tuple[str, str]:
    """The desk above it."""
    _, _, name, local = _DESKS[firm.language]
    return name, f"{local}@{firm.domain}.example"


FIRMS = (
    Firm("Quillbarrow Joinery Ltd", "quillbarrow", "GB", "en", "GBP"),
    Firm("Saltmere Boatyard Ltd", "saltmere", "GB", "en", "GBP"),
    Firm("Hexwell Laboratories plc", "hexwell", "GB", "en", "GBP"),
    Firm("Corran Glen Distillers Ltd", "corran-glen", "GB-SCT", "en", "GBP"),
    Firm("Wendlebury Parish Council", "wendlebury-parish", "GB", "en", "GBP", "public"),
    Firm("Larkfield Allotments Household 14", "larkfield-14", "GB", "en", "GBP", "consumer"),
    Firm("Ballycrane Creameries DAC", "ballycrane", "IE", "en", "EUR"),
    Firm("Inishturbot Ferries Ltd", "inishturbot", "IE", "en", "EUR"),
    Firm("Prairie Lantern Hardware Inc.", "prairie-lantern", "US", "en", "USD"),
    Firm("Cobblestone Orchard Foods LLC", "cobblestone-orchard", "US", "en", "USD"),
    Firm("Tidewrack Surf Supply Inc.", "tidewrack", "US", "en", "USD"),
    Firm("Birkenhain Maschinenbau GmbH", "birkenhain", "DE", "de", "EUR"),
    Firm("Lindwurm Verlag GmbH & Co. KG", "lindwurm-verlag", "DE", "de", "EUR"),
    Firm("Moorquell Getränke GmbH", "moorquell", "DE-NI", "de", "EUR"),
    Firm("Falkenried Optik AG", "falkenried", "DE-BY", "de", "EUR"),
    Firm("Stadtbücherei Oberwiesental", "stadtbuecherei-oberwiesental", "DE", "de", "EUR", "public"),
    Firm("Haushalt Gartenweg 7", "gartenweg-7", "DE", "de", "EUR", "consumer"),
    Firm("Almgrund Sennerei GmbH", "almgrund", "AT", "de", "EUR"),
    Firm("Traunblick Hotelbetriebe GmbH", "traunblick", "AT", "de", "EUR"),
    Firm("Rütihof Feinmechanik AG", "ruetihof", "CH", "de", "CHF"),
    Firm("Menuiserie du Val Clair SARL", "val-clair", "FR", "fr", "EUR"),
    Firm("Les Sablons Bleus SAS", "sablons-bleus", "FR", "fr", "EUR"),
    Firm("Imprimerie Courtepaille SA", "courtepaille", "FR", "fr", "EUR"),
    Firm("Transports Hautecombe SAS", "hautecombe", "FR", "fr", "EUR"),
    Firm("Mairie de Saint-Aubry-le-Vieux", "saint-aubry", "FR", "fr", "EUR", "public"),
    Firm("Foyer Rue des Tilleuls 3", "tilleuls-3", "FR", "fr", "EUR", "consumer"),
    Firm("Brasserie Vieux-Lierneux SRL", "vieux-lierneux", "BE", "fr", "EUR"),
    Firm("Ateliers de la Semoisette SA", "semoisette", "BE", "fr", "EUR"),
    Firm("Officine Valtresca S.r.l.", "valtresca", "IT", "it", "EUR"),
    Firm("Ceramiche Montefiorito S.p.A.", "montefiorito", "IT", "it", "EUR"),
    Firm("Cantine Poggio Lepre S.r.l.", "poggio-lepre", "IT", "it", "EUR"),
    Firm("Tessitura Rondissima S.r.l.", "rondissima", "IT", "it", "EUR"),
    Firm("Comune di Castelbrano", "castelbrano", "IT", "it", "EUR", "public"),
    Firm("Condominio Via dei Glicini 12", "glicini-12", "IT", "it", "EUR", "consumer"),
    Firm("Molino Santa Brunetta S.n.c.", "santa-brunetta", "IT", "it", "EUR"),
    Firm("Conservas Puerto Garduña S.L.", "puerto-garduna", "ES", "es", "EUR"),
    Firm("Talleres Monteagrio S.A.", "monteagrio", "ES", "es", "EUR"),
    Firm("Aceites Valdelomo S.L.", "valdelomo", "ES", "es", "EUR"),
    Firm("Ayuntamiento de Villarreja del Soto", "villarreja", "ES", "es", "EUR", "public"),
    Firm("Hogar Calle del Almendro 5", "almendro-5", "ES", "es", "EUR", "consumer"),
    Firm("Editorial Tres Cigüeñas S.L.", "tres-ciguenas", "ES", "es", "EUR"),
    Firm("Textiles Zacualmar S.A. de C.V.", "zacualmar", "MX", "es", "MXN"),
    Firm("Moara Valea Salciei SRL", "valea-salciei", "RO", "ro", "RON"),
    Firm("Mobila Cerbul de Fag SRL", "cerbul-de-fag", "RO", "ro", "RON"),
    Firm("Apicola Poiana Tihnei SRL", "poiana-tihnei", "RO", "ro", "RON"),
    Firm("Primăria Comunei Văleni-Izvor", "valeni-izvor", "RO", "ro", "RON", "public"),
    Firm("Tipografia Trei Condeie SRL", "trei-condeie", "RO", "ro", "EUR"),
    Firm("ООО «Берёзовый Затон»", "berezovy-zaton", "RU", "ru", "RUB"),
    Firm("ООО «Северный Ткач»", "severny-tkach", "RU", "ru", "RUB"),
    Firm("ТОО «Степной Родник»", "stepnoi-rodnik", "KZ", "ru", "KZT"),
    Firm("ТОО «Алый Тюльпан»", "aly-tulpan", "KZ", "ru", "KZT"),
    Firm("شرکت نساجی سپیدار کویر", "sepidar-kavir", "IR", "fa", "IRR"),
    Firm("بازرگانی نارنجستان آبی", "narenjestan-abi", "IR", "fa", "IRR"),
    Firm("چاپخانه مرغ آمین سبز", "morghe-amin-sabz", "IR", "fa", "EUR"),
)
"""The customers that the creditor has had all along."""

TAKEN_OVER = (
    Firm("Pennywhistle Toys Ltd", "pennywhistle", "GB", "en", "GBP"),
    Firm("Krähenfurt Drucktechnik GmbH", "kraehenfurt", "DE", "de", "EUR"),
    Firm("Biscuiterie des Trois Moulins SARL", "trois-moulins", "FR", "fr", "EUR"),
    Firm("Vetreria Lagoscuro S.r.l.", "lagoscuro", "IT", "it", "EUR"),
    Firm("Panadería Monte Gavilán S.L.", "monte-gavilan", "ES", "es", "EUR"),
    Firm("Pescăria Lacul Stins SRL", "lacul-stins", "RO", "ro", "RON"),
)
"""Customers of a business taken over: their open items come as one list on the last day."""
