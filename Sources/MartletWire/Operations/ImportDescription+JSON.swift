internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

extension JSONWriter {
    /// An answer whose only member describes an import.
    mutating func importDescription(_ described: DescribedTransfer<ImportJob>) {
        let job = described.job
        beginObject()
        member("ImportTableDescription")
        beginObject()
        member("ImportArn")
        string(described.arn)
        member("ImportStatus")
        string(job.status.rawValue)
        member("TableArn")
        string(described.tableARN)
        member("TableId")
        string(job.definition.uuid)
        optional("ClientToken", job.clientToken)
        importSource(job.input)
        member("ErrorCount")
        integer(job.errorCount)
        member("InputFormat")
        string(job.input.format.rawValue)
        if job.input.delimiter != nil || job.input.headers != nil {
            member("InputFormatOptions")
            beginObject()
            member("Csv")
            beginObject()
            optional("Delimiter", job.input.delimiter)
            if let headers = job.input.headers {
                member("HeaderList")
                beginArray()
                for header in headers { string(header) }
                endArray()
            }
            endObject()
            endObject()
        }
        member("InputCompressionType")
        string(job.input.compression.rawValue)
        tableCreationParameters(job.definition)
        optional("StartTime", job.started)
        optional("EndTime", job.ended)
        member("ProcessedSizeBytes")
        integer(job.processedBytes)
        member("ProcessedItemCount")
        integer(job.processedCount)
        member("ImportedItemCount")
        integer(job.importedCount)
        failure(job.failure)
        endObject()
        endObject()
    }

    mutating func importSource(_ input: ImportJob.Input) {
        member("S3BucketSource")
        beginObject()
        optional("S3BucketOwner", input.source.owner)
        member("S3Bucket")
        string(input.source.bucket)
        optional("S3KeyPrefix", input.source.prefix)
        endObject()
    }

    private mutating func tableCreationParameters(_ table: TableDefinition) {
        member("TableCreationParameters")
        beginObject()
        member("TableName")
        string(table.name.description)
        member("AttributeDefinitions")
        beginArray()
        for attribute in table.attributeDefinitions {
            beginObject()
            member("AttributeName")
            string(attribute.name)
            member("AttributeType")
            string(attribute.type.rawValue)
            endObject()
        }
        endArray()
        keySchema(table.key)
        member("BillingMode")
        string(table.billing.rawValue)
        if table.billing == .provisioned { provisioned(table.throughput) }
        if let encryption = table.encryption {
            member("SSESpecification")
            beginObject()
            member("Enabled")
            bool(true)
            member("SSEType")
            string("KMS")
            optional("KMSMasterKeyId", encryption.keyARN)
            endObject()
        }
        if !table.globalIndexes.isEmpty {
            member("GlobalSecondaryIndexes")
            beginArray()
            for index in table.globalIndexes {
                beginObject()
                member("IndexName")
                string(index.name)
                keySchema(index.key)
                projection(index.projection)
                if let throughput = index.throughput, table.billing == .provisioned {
                    provisioned(throughput)
                }
                endObject()
            }
            endArray()
        }
        if !table.vectorIndexes.isEmpty {
            member("VectorIndexes")
            beginArray()
            for index in table.vectorIndexes { requestedIndex(index) }
            endArray()
        }
        endObject()
    }

    private mutating func provisioned(_ throughput: ThroughputSettings) {
        member("ProvisionedThroughput")
        beginObject()
        member("ReadCapacityUnits")
        integer(throughput.provisioned.read)
        member("WriteCapacityUnits")
        integer(throughput.provisioned.write)
        endObject()
    }

    private mutating func requestedIndex(_ index: VectorIndexDefinition) {
        beginObject()
        vectorIndexShape(index)
        endObject()
    }
}
