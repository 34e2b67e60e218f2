from django.urls import path

from leads.hosted import hosted_form, thanks

urlpatterns = [
    path("f/<public:form_id>/", hosted_form, name="hosted-form"),
    path("f/<public:form_id>/thanks/", thanks, name="hosted-form-thanks"),
]
