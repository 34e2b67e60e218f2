"""Names of facts as people read them, on forms, in lists and in the timeline."""

LABELS = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Work e-mail",
    "phone": "Phone",
    "job_title": "Job title",
    "seniority": "Seniority",
    "company": "Company",
    "website": "Website",
    "headcount": "Company size",
    "industry": "Industry",
    "country": "Country",
    "language": "Language",
    "message": "Message",
    "product": "Product",
    "budget": "Budget",
    "timeline_days": "Days until the need",
    "business_problem": "Business problem",
    "tech_stack": "Tech stack",
    "it_decision": "IT decision",
    "value": "Value",
    "currency": "Currency",
    "territory": "Territory",
    "external_id": "External id",
}


def fact_label(name: str) -> str:
    """`timeline_days` -> `Days until the need`; a custom field's key is shown as words."""
    return LABELS.get(name) or name.removeprefix("custom.").replace("_", " ").capitalize()
