"""What the columns of other systems are called. Headers are compared folded: small letters and digits only,
of any script.

From the documentation of exports of CRMs and ad platforms, and what people write by hand, in English, German, French
and Spanish. Of several columns for one fact the one that stands first here wins.
"""

from __future__ import annotations

import unicodedata

_WORDS = {
    "email": "email|emailaddress|mail|useremail|workemail|emailwork|personemailwork|personemail|contactemail|email1"
    "|emailid|businessemail|emailadresse|mailadresse|courriel|adressemail|adresseemail|correo|correoelectronico"
    "|personemailhome|personemailother|personalemail|secondaryemail",
    "name": "name|fullname|contactname|leadname|personname|contactperson|contact|vorundnachname|ansprechpartner"
    "|nomcomplet|nombrecompleto|kontakt|leadpersonname|person|leadcontactperson"
    "|vollstandigername|vollstaendigername|dealcontactperson|primarycontactname",
    "first_name": "firstname|givenname|forename|vorname|prenom|nombre|personfirstname|contactfirstname",
    "last_name": "lastname|surname|familyname|nachname|nomdefamille|apellido|apellidos|personlastname|contactlastname",
    "phone": "phone|phonenumber|telephone|tel|userphone|workphone|businessphone|workphonenumber|contactphone"
    "|personphonework|personphone|telefon|telefonnummer|rufnummer|telefono|numerodetelephone|mobile|mobilephone"
    "|mobilephonenumber|personphonemobile|mobil|handy|cell|cellphone|portable|personphonehome|personphoneother"
    "|homephone|whatsappnumber|leadphone|numerodetelefono|primarycontactprimaryphone",
    "company": "company|companyname|accountname|organization|organisation|organizationname|companyaccount|account"
    "|associatedcompany|primaryassociatedcompany|firma|firmenname|unternehmen|entreprise|societe|empresa|employer"
    "|leadorganization|leadorganizationname|personorganization|business|businessname|salesaccount|dealorganization"
    "|nomdelentreprise|nombredelaempresa",
    "job_title": "jobtitle|title|position|role|personjobtitle|berufsbezeichnung|funktion|poste|fonction|cargo|puesto"
    "|jobrole|designation|contacttitle|intituleduposte",
    "website": "website|websiteurl|companywebsite|url|domain|companydomain|companydomainname|webseite|homepage"
    "|siteweb|sitioweb|organizationwebsite|web",
    "country": "country|countryregion|countrycode|land|pays|pais|mailingcountry|officelocation|organizationcountry"
    "|ipcountry|organizationaddresscountry",
    "language": "language|preferredlanguage|sprache|langue|idioma",
    "headcount": "headcount|employees|numberofemployees|noofemployees|employeecount|companysize|companyheadcount|size"
    "|mitarbeiter|mitarbeiterzahl|anzahlmitarbeiter|ma|effectif|empleados|numemployees|organizationnumberofemployees|teamsize",
    "industry": "industry|sector|branche|secteur|industria|organizationindustry|companyindustry",
    "message": "message|description|comments|comment|notes|note|nachricht|bemerkung|anmerkung|remarques|mensaje"
    "|enquiry|inquiry|howcanwehelp|question|beschreibung|leadnote|bemerkungen|anmerkungen|details",
    "product": "product|productinterest|interest|interesse|interestedin|produkt|produit|producto|productname|service",
    "budget": "budget|annualbudget|presupuesto",
    "timeline_days": "timeline|timeframe|purchasetimeframe|zeitrahmen",
    "value": "value|amount|dealvalue|closevalue|leadvalue|opportunityamount|expectedrevenue|wert|betrag"
    "|montant|importe|auftragswert",
    "currency": "currency|currencycode|dealcurrency|waehrung|wahrung|devise|moneda|leadcurrency|dealcurrencyofvalue",
    "external_id": "externalid|leadid|recordid|contactid|prospectid|opportunityid|personid|hubspotid|dealid|id"
    "|leadleadid|zohocrmid|crmid|vid|idperson|submissionid|responseid|leadgenid|donotmodifylead",
    "source": "source|leadsource|originalsource|originalsourcetype|originaltrafficsource|sourcechannel|quelle|herkunft"
    "|leadsourcechannel|leadsourceorigin|origen|provenance|platform|channel|sourcename|leadchannel|personsource"
    "|latestsource",
    "created_at": "created|createdat|createdate|createddate|createdtime|creationdate|creationtime|dateadded|datecreated"
    "|leadcreated|leadleadcreated|leadcreatedtime|leadsubmittime|submittime|submittedat|submissiondate|submissiontime"
    "|leadcreationdate|timestamp|addtime|personcreated|personpersoncreated|personadded|engagedate|dateofentry|datum|date"
    "|erstellt|erstelltam|erstellungsdatum|fechadecreacion|datedecreation|leadgenerationtime|signupdate|leadcreatedon"
    "|createdon|angelegtam|angelegt|submitteddate|submittedon|dealdealcreated|dealcreated|leadcreateddate",
    "owner": "owner|leadowner|contactowner|recordowner|salesagent|salesrep|accountowner|dealowner|personowner"
    "|assignedto"
    "|opportunityowner|besitzer|betreuer|vendedor|proprietaire|hubspotowner|leadownername|owneremail"
    "|salesowner|ownedby|zustandig|zustaendig",
    "stage": "stage|dealstage|leadstatus|lifecyclestage|status|pipelinestage|leadstage|opportunitystage|phase|etape"
    "|etapa|leadlabel|personlabels|converted|statusreason|statuslabel",
    "closed_at": "closedate|closedat|closeddate|dealclosedate|wontime|losttime|convertedon|converteddate"
    "|abschlussdatum|dealdealclosedon",
    "utm_campaign": "campaign|campaignname|utmcampaign|kampagne",
    "utm_source": "utmsource",
    "utm_medium": "utmmedium",
    "utm_term": "utmterm|keyword",
    "utm_content": "utmcontent|adname",
    "gclid": "gclid|googleclickid",
    "fbclid": "fbclid",
    "msclkid": "msclkid",
}
HEADERS = {word: (fact, rank) for fact, words in _WORDS.items() for rank, word in enumerate(words.split("|"))}
# What a column's name holds besides: `What is your work email?`. The longest first, so that a phone is no mail.
WITHIN = (
    ("emailaddress", "email"),
    ("phonenumber", "phone"),
    ("telefonnummer", "phone"),
    ("companyname", "company"),
    ("jobtitle", "job_title"),
    ("firstname", "first_name"),
    ("lastname", "last_name"),
    ("fullname", "name"),
    ("email", "email"),
    ("telefon", "phone"),
)
# Systems that say "nothing" in words.
BLANKS = frozenset({"select", "n/a", "na", "null", "none", "(not set)", "not set", "-", "--", "–", "#n/a", "(blank)"})
PLATFORMS = {"fb": "Facebook", "ig": "Instagram", "msg": "Messenger", "an": "Audience Network"}


def fold(header: str) -> str:
    """`E-Mail Adresse` and `email_adresse` alike."""
    plain = unicodedata.normalize("NFKD", header.casefold().replace("ß", "ss"))
    return "".join(letter for letter in plain if letter.isalnum())
