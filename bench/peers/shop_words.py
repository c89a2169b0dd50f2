"""What the shop's mapping.toml says, as the Python peers have it: formats, patterns, synonyms."""

FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%b %d, %Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S"]
EMAIL = r"^[a-z0-9._%+'-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$"
TRUE = {"y", "yes", "t", "true", "1", "on"}
FALSE = {"n", "no", "f", "false", "0", "off"}
NULL_WORDS = {"", "n/a", "na", "null", "none", "-", "--", "?", "unknown"}
CATEGORIES = {
    "Electronics": ["electronics", "electroncs", "elektronics", "electronic"],
    "Books": ["books", "book", "boks"],
    "Clothing": ["clothing", "clothes", "cloting"],
    "Home": ["home", "hom", "house"],
    "Garden": ["garden", "gardn", "gardening"],
    "Toys": ["toys", "toy", "tois"],
    "Sports": ["sports", "sport", "sprots"],
    "Food": ["food", "fod", "groceries"],
}
STATUSES = {
    "pending": ["new", "open", "pending"],
    "paid": ["paid", "payed", "payment received"],
    "shipped": ["sent", "shipped", "on its way"],
    "delivered": ["delivered", "done", "ok"],
    "cancelled": ["cancelled", "canceled", "void"],
    "returned": ["returned", "refund", "sent back"],
}


def synonyms(table):
    return {word: name for name, words in table.items() for word in [*words, name.lower()]}
