"""What becomes of each operation and member here: `done` unless it says otherwise below.

kept      stored and answered as it was given, without the effect that it has on AWS, which needs
          something that is not on one machine
refused   answered with AWS's own error; of an answer: a member that never comes
"""

from __future__ import annotations

KEPT = "kept"
REFUSED = "refused"

_REPLICAS = "there is one region: the service's own error says that others are not supported"
_OLD_GLOBAL = "AWS has stopped to make the global tables of 2017; there is none"
_AUTO_SCALING = "only global tables have it, and there is none"
_INSIGHTS = "nothing is charted; rules are named and exist nowhere"
_KINESIS = "there is no Kinesis: nothing is sent, and any stream is taken"
_CAPACITY = "requests are not throttled by it"
_ENCRYPTION = "the key's name; how data is encrypted on disk is the server's setting"

# By operation, with a reason that the page gives.
OPERATIONS: dict[str, tuple[str, str]] = {
    "CreateGlobalTable": (REFUSED, _OLD_GLOBAL),
    "DescribeGlobalTable": (REFUSED, _OLD_GLOBAL),
    "DescribeGlobalTableSettings": (REFUSED, _OLD_GLOBAL),
    "UpdateGlobalTable": (REFUSED, _OLD_GLOBAL),
    "UpdateGlobalTableSettings": (REFUSED, _OLD_GLOBAL),
    "DescribeTableReplicaAutoScaling": (REFUSED, _AUTO_SCALING),
    "UpdateTableReplicaAutoScaling": (REFUSED, _AUTO_SCALING),
    "DescribeContributorInsights": (KEPT, _INSIGHTS),
    "ListContributorInsights": (KEPT, _INSIGHTS),
    "UpdateContributorInsights": (KEPT, _INSIGHTS),
    "DescribeKinesisStreamingDestination": (KEPT, _KINESIS),
    "DisableKinesisStreamingDestination": (KEPT, _KINESIS),
    "EnableKinesisStreamingDestination": (KEPT, _KINESIS),
    "UpdateKinesisStreamingDestination": (KEPT, _KINESIS),
    "DeleteResourcePolicy": (KEPT, "policies refuse nobody"),
    "GetResourcePolicy": (KEPT, "policies refuse nobody"),
    "PutResourcePolicy": (KEPT, "policies refuse nobody"),
}

# By member, as structure.member.
MEMBERS: dict[str, tuple[str, str]] = {
    "CreateTableInput.GlobalTableSourceArn": (REFUSED, _REPLICAS),
    "CreateTableInput.GlobalTableSettingsReplicationMode": (KEPT, _REPLICAS),
    "CreateTableInput.OnDemandThroughput": (KEPT, _CAPACITY),
    "CreateTableInput.ProvisionedThroughput": (KEPT, _CAPACITY),
    "CreateTableInput.WarmThroughput": (KEPT, _CAPACITY),
    "CreateTableInput.ResourcePolicy": (KEPT, "policies refuse nobody"),
    "CreateTableInput.SSESpecification": (KEPT, _ENCRYPTION),
    "CreateTableInput.TableClass": (KEPT, "storage costs nothing"),
    "UpdateTableInput.DisassociationProtectionEnabled": (KEPT, _REPLICAS),
    "UpdateTableInput.GlobalTableSettingsReplicationMode": (KEPT, _REPLICAS),
    "UpdateTableInput.GlobalTableWitnessUpdates": (REFUSED, _REPLICAS),
    "UpdateTableInput.MultiRegionConsistency": (REFUSED, _REPLICAS),
    "UpdateTableInput.ReplicaUpdates": (REFUSED, _REPLICAS),
    "UpdateTableInput.OnDemandThroughput": (KEPT, _CAPACITY),
    "UpdateTableInput.ProvisionedThroughput": (KEPT, _CAPACITY),
    "UpdateTableInput.WarmThroughput": (KEPT, _CAPACITY),
    "UpdateTableInput.SSESpecification": (KEPT, _ENCRYPTION),
    "UpdateTableInput.TableClass": (KEPT, "storage costs nothing"),
    "TableDescription.GlobalTableVersion": (REFUSED, _REPLICAS),
    "TableDescription.GlobalTableWitnesses": (REFUSED, _REPLICAS),
    "TableDescription.MultiRegionConsistency": (REFUSED, _REPLICAS),
    "TableDescription.Replicas": (REFUSED, _REPLICAS),
    "TableDescription.ArchivalSummary": (REFUSED, "no table is archived for want of its key"),
    "ListGlobalTablesOutput.LastEvaluatedGlobalTableName": (REFUSED, _OLD_GLOBAL),
    "GlobalTable.GlobalTableName": (REFUSED, _OLD_GLOBAL),
    "GlobalTable.ReplicationGroup": (REFUSED, _OLD_GLOBAL),
    "PutResourcePolicyInput.ConfirmRemoveSelfResourceAccess": (
        KEPT, "nobody can shut themselves out"),
}
