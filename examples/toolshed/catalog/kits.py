"""Kits of tools, for programs: by token."""

from django.db import transaction
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from catalog.models import Kit, KitItem, Tool


class ItemSerializer(serializers.ModelSerializer):
    tool = serializers.SlugRelatedField(slug_field="inventory_number", queryset=Tool.objects.filter(retired=False))

    class Meta:
        model = KitItem
        fields = ["tool", "quantity", "note"]


class KitSerializer(serializers.ModelSerializer):
    items = ItemSerializer(many=True)
    branch = serializers.CharField(source="branch.code", read_only=True)
    created_by = serializers.CharField(source="created_by.username", read_only=True, default=None)

    class Meta:
        model = Kit
        fields = ["id", "name", "branch", "discount", "created_by", "items"]

    def validate_items(self, items):
        if len(items) < 2:
            raise serializers.ValidationError("A kit has two tools or more.")
        return items

    @transaction.atomic
    def create(self, validated_data):
        items = validated_data.pop("items")
        kit = Kit.objects.create(**validated_data)
        KitItem.objects.bulk_create(KitItem(kit=kit, **item) for item in items)
        return kit


class KitViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    serializer_class = KitSerializer

    def get_queryset(self):
        kits = Kit.objects.filter(branch=self.request.user.membership.branch)
        return kits.select_related("branch", "created_by").prefetch_related("items__tool").order_by("name")

    def perform_create(self, serializer):
        user = self.request.user
        serializer.save(branch=user.membership.branch, created_by=user)

    @action(detail=True, methods=["post"])
    def copy(self, request, pk=None):
        kit = self.get_object()
        items = list(kit.items.order_by("pk"))
        twin = Kit.objects.create(
            branch=kit.branch, name=f"{kit.name} (copy)", discount=kit.discount, created_by=request.user
        )
        KitItem.objects.bulk_create(KitItem(kit=twin, tool=item.tool, quantity=item.quantity) for item in items)
        return Response(KitSerializer(twin).data, status=201)
