from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.generics import CreateAPIView, ListAPIView
from rest_framework.pagination import LimitOffsetPagination

from tests.bench.bare.models import Enquiry, ListedLead, Person


class EnquirySerializer(serializers.ModelSerializer[Enquiry]):
    class Meta:
        model = Enquiry
        fields = "__all__"


class PersonSerializer(serializers.ModelSerializer[Person]):
    class Meta:
        model = Person
        fields = "__all__"


class LeadSerializer(serializers.ModelSerializer[ListedLead]):
    contact = PersonSerializer()

    class Meta:
        model = ListedLead
        fields = "__all__"


class WithoutCount(LimitOffsetPagination):
    default_limit = 50

    def get_count(self, queryset: Any) -> int:
        return 1_000_000


class Create(CreateAPIView[Enquiry]):
    queryset = Enquiry._default_manager.all()
    serializer_class = EnquirySerializer


class Leads(ListAPIView[ListedLead]):
    pagination_class = WithoutCount
    serializer_class = LeadSerializer

    def get_queryset(self) -> Any:
        account = self.request.query_params["account"]
        return (
            ListedLead._default_manager.filter(account_id=account)
            .select_related("contact")
            .order_by("-captured_at", "-id")
        )


urlpatterns = [path("enquiries/", Create.as_view()), path("leads/", Leads.as_view())]
