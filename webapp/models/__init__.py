"""Tables and constraints; no rules."""

from webapp.models.definitions import DefinitionVersion, Draft, DraftStep, LiveDefinition, Trial
from webapp.models.equipment import Customer, DeviceModel, DeviceType, Item, Unit, device_type_items
from webapp.models.insight import InsightDay
from webapp.models.maintenance import (
    MaintenancePlan,
    MaintenancePlanItem,
    MaintenanceRule,
    MaintenanceRuleItem,
    MaintenanceSlot,
    Recurring,
)
from webapp.models.messages import (
    CalendarLink,
    Delivery,
    DeliveryAttempt,
    KeptMail,
    MessageLanguage,
    MessageText,
    Notification,
    NotificationChoices,
    WebhookEndpoint,
)
from webapp.models.orders import (
    ApprovalRequest,
    CustomerLink,
    Note,
    OrderChange,
    OrderLine,
    OrderWorker,
    Photo,
    Refusal,
    StatusHistory,
    WorkOrder,
)
from webapp.models.people import FormToken, LoginFailure, Role, User, UserSession
from webapp.models.publishing import DefinitionProof, Publication, PublishingRule, Rehearsal
from webapp.models.system import Counter, Firm, Heartbeat
from webapp.models.timers import OrderTimer

__all__ = [
    "ApprovalRequest",
    "CalendarLink",
    "Counter",
    "Customer",
    "CustomerLink",
    "DefinitionProof",
    "DefinitionVersion",
    "Delivery",
    "DeliveryAttempt",
    "DeviceModel",
    "DeviceType",
    "Draft",
    "DraftStep",
    "Firm",
    "FormToken",
    "Heartbeat",
    "InsightDay",
    "Item",
    "KeptMail",
    "LiveDefinition",
    "LoginFailure",
    "MaintenancePlan",
    "MaintenancePlanItem",
    "MaintenanceRule",
    "MaintenanceRuleItem",
    "MaintenanceSlot",
    "MessageLanguage",
    "MessageText",
    "Note",
    "Notification",
    "NotificationChoices",
    "OrderChange",
    "OrderLine",
    "OrderTimer",
    "OrderWorker",
    "Photo",
    "Publication",
    "PublishingRule",
    "Recurring",
    "Refusal",
    "Rehearsal",
    "Role",
    "StatusHistory",
    "Trial",
    "Unit",
    "User",
    "UserSession",
    "WebhookEndpoint",
    "WorkOrder",
    "device_type_items",
]
