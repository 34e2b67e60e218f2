from django.urls import path

from leads.embed import embed_script
from leads.hosted import hosted_form, thanks
from leads.inbound import door

urlpatterns = [
    path("f/<public:form_id>/", hosted_form, name="hosted-form"),
    path("f/<public:form_id>/embed.js", embed_script, name="form-embed"),
    path("f/<public:form_id>/thanks/", thanks, name="hosted-form-thanks"),
    path("in/<str:token>/", door.webhook, name="inlet"),
    path("in/<str:token>/email/", door.email, name="inlet-email"),
]
