from typing import Any

from django.db.models import Count, Sum
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import CreateAPIView, ListAPIView
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.bare.models import Card, CardLead, Enquiry, Firm, ListedLead, Person


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


class FirmSerializer(serializers.ModelSerializer[Firm]):
    class Meta:
        model = Firm
        fields = "__all__"


class CardLeadSerializer(serializers.ModelSerializer[CardLead]):
    contact, company = PersonSerializer(), FirmSerializer()

    class Meta:
        model = CardLead
        fields = "__all__"


class CardSerializer(serializers.ModelSerializer[Card]):
    lead = CardLeadSerializer()

    class Meta:
        model = Card
        fields = "__all__"


class WithoutCount(LimitOffsetPagination):
    default_limit = 50

    def get_count(self, queryset: Any) -> int:
        return 1_000_000


class Create(CreateAPIView[Enquiry]):
    queryset = Enquiry._default_manager.all()
    serializer_class = EnquirySerializer


class CreateMany(APIView):
    """A list; those that are wrong are left out, and told."""

    def post(self, request: Request) -> Response:
        serializer, good, wrong = EnquirySerializer(), [], []
        for index, row in enumerate(request.data):
            try:
                good.append(Enquiry(**serializer.run_validation(row)))
            except serializers.ValidationError as error:
                wrong.append({"index": index, "errors": error.detail})
        Enquiry._default_manager.bulk_create(good)
        return Response({"made": len(good), "wrong": wrong}, status=201)


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


class Board(APIView):
    """Every column: how many, what they are worth, and the first cards."""

    def get(self, request: Request) -> Response:
        deals = Card._default_manager.filter(account_id=request.query_params["account"], status="open")
        columns = deals.values("stage_id").annotate(count=Count("id"), value=Sum("value_minor"))
        people = ("lead__contact", "lead__company")
        return Response(
            [
                column | {"cards": CardSerializer(self.first(deals.select_related(*people), column), many=True).data}
                for column in columns
            ]
        )

    def first(self, deals: Any, column: Any) -> Any:
        return deals.filter(stage_id=column["stage_id"]).order_by("attention", "id")[:8]


urlpatterns = [
    path("enquiries/", Create.as_view()),
    path("enquiries/many/", CreateMany.as_view()),
    path("leads/", Leads.as_view()),
    path("board/", Board.as_view()),
]
