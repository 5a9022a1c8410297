"""The names of the demo's little world: a firm that services boilers and air conditioning."""

FIRM = "Harbour Heating & Cooling"
ZONE = "Europe/Berlin"
ADDRESS = "12 Quay Road, Northport"

ACCOUNTS = (  # e-mail, name, role, extra permissions
    ("admin@demo.test", "Ada Admin", "admin", ()),
    ("supervisor@demo.test", "Sam Porter", "supervisor", ()),
    ("supervisor2@demo.test", "Sue Lindqvist", "supervisor", ()),
    ("office@demo.test", "Olga Brandt", "office", ()),
    ("estimator@demo.test", "Ed Marsh", "estimator", ()),
    ("technician@demo.test", "Tom Becker", "technician", ()),
    ("technician2@demo.test", "Ana Ruiz", "technician", ()),
    ("viewer@demo.test", "Vera Olsen", "viewer", ()),
)

ITEMS = (  # name, kind, unit of measure, unit cost, approval limit ("" none, "0" always)
    ("Copper pipe", "material", "metre", "7.40", ""),
    ("Circulation pump", "material", "piece", "182.00", "0"),
    ("Expansion vessel", "material", "piece", "74.50", "1"),
    ("Ignition electrode", "material", "piece", "23.90", "5"),
    ("Gasket set", "material", "piece", "11.20", ""),
    ("Heat exchanger", "material", "piece", "410.00", "0"),
    ("Refrigerant R32", "material", "kilogram", "38.00", "5"),
    ("Air filter", "material", "piece", "14.00", "5"),
    ("Condensate hose", "material", "metre", "4.10", ""),
    ("Fan motor", "material", "piece", "129.00", "1"),
    ("Working hour", "service", "hour", "68.00", "5"),
    ("Flue gas measurement", "service", "piece", "45.00", ""),
)

DEVICE_TYPES = {  # name: (items linked, models)
    "Gas boiler": (
        (
            "Circulation pump",
            "Expansion vessel",
            "Ignition electrode",
            "Gasket set",
            "Working hour",
            "Flue gas measurement",
        ),
        (("Vitora 200", "Vess"), ("CondensoMax 24", "Boldt"), ("EcoFlame 18", "Wolfram")),
    ),
    "Split air conditioner": (
        ("Refrigerant R32", "Air filter", "Condensate hose", "Fan motor", "Working hour"),
        (("Breeze 35", "Daikan"), ("SilentCool 50", "Mitsu")),
    ),
    "Heat pump": (
        ("Circulation pump", "Refrigerant R32", "Fan motor", "Copper pipe", "Working hour"),
        (("AeroTherm 8", "Vess"), ("Aqualis 12", "Nordik")),
    ),
    "Solar collector": ((), (("SunPlate 2", "Helion"),)),
}

FIRST_NAMES = [
    "Greta",
    "Paul",
    "Mina",
    "Otto",
    "Lea",
    "Karl",
    "Nora",
    "Emil",
    "Ida",
    "Hugo",
    "Clara",
    "Felix",
    "Martha",
    "Anton",
    "Elsa",
    "Jonas",
    "Frieda",
    "Theo",
    "Luise",
    "Oskar",
]
LAST_NAMES = [
    "Keller",
    "Wagner",
    "Hoffmann",
    "Schulz",
    "Neumann",
    "Krüger",
    "Vogel",
    "Richter",
    "Lorenz",
    "Busch",
    "Winter",
    "Sommer",
    "Falk",
    "Brandt",
    "Engel",
    "Seidel",
    "Pohl",
    "Arnold",
    "Kuhn",
    "Beck",
]
COMPANIES = (
    "Acme Bakery",
    "Northport School Board",
    "Lighthouse Hotel",
    "Seaside Dental Practice",
    "Harbour Museum",
    "Quay Street Cinema",
    "Miller & Sons Printing",
    "Dockside Fitness",
    "Old Town Pharmacy",
    "Ferry Terminal Ltd",
)
STREETS = [
    "Quay Road",
    "Mill Lane",
    "Station Street",
    "Church Hill",
    "Harbour View",
    "Oak Avenue",
    "Market Square",
    "Beach Walk",
]

REQUESTS = {
    "repair": (
        "No hot water since this morning.",
        "The heating makes a knocking noise.",
        "Shows error F28 and stops after a minute.",
        "Water drips below the device.",
    ),
    "maintenance": ("Yearly service.", "Clean filters and check pressure."),
    "service": ("First visit after installation.", "Please explain the controls once more."),
    "installation": ("New device as agreed by telephone.", "Old device is already removed."),
    "other": ("Advice on replacing an old device.",),
}
