"""Tables and constraints; no rules."""

from webapp.models.definitions import DefinitionVersion, Draft, LiveDefinition
from webapp.models.equipment import Customer, DeviceModel, DeviceType, Item, Unit, device_type_items
from webapp.models.maintenance import (
    MaintenancePlan,
    MaintenancePlanItem,
    MaintenanceRule,
    MaintenanceRuleItem,
    MaintenanceSlot,
    Recurring,
)
from webapp.models.messages import Delivery, DeliveryAttempt, KeptMail, Notification
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

__all__ = [
    "ApprovalRequest",
    "Counter",
    "Customer",
    "CustomerLink",
    "DefinitionProof",
    "DefinitionVersion",
    "Delivery",
    "DeliveryAttempt",
from webapp.models.timers import OrderTimer
    "DeviceModel",
    "DeviceType",
    "Draft",
    "Firm",
    "FormToken",
    "Heartbeat",
    "Item",
    "KeptMail",
    "LiveDefinition",
    "LoginFailure",
    "MaintenancePlan",
    "MaintenancePlanItem",
    "MaintenanceRule",
    "MaintenanceRuleItem",
    "MaintenanceSlot",
    "Note",
    "Notification",
    "OrderChange",
    "OrderLine",
    "OrderWorker",
    "Photo",
    "Publication",
    "PublishingRule",
    "Recurring",
    "Refusal",
    "Rehearsal",
    "Role",
    "StatusHistory",
    "Unit",
    "User",
    "UserSession",
    "WorkOrder",
    "device_type_items",
]
    "OrderTimer",
