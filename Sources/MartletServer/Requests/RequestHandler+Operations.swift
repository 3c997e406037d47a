internal import MartletCatalog
internal import MartletEngine
internal import MartletTransfer
internal import MartletWire

/// Why a request does not come to be an operation.
private struct RequestRefusal: Error {
    let shape: ErrorShape
}

extension RequestHandler {
    /// Runs the operation that a request names.
    func perform(
        _ operation: OperationName, _ body: HTTPBytes, host: HTTPBytes?, _ call: Call,
        _ exchange: HTTPExchange
    ) -> HTTPReply {
        switch operation {
        case .batchExecuteStatement: perform(BatchExecuteStatement.self, body, call, exchange)
        case .batchGetItem: readLong(BatchGetItem.self, body, call, exchange)
        case .batchWriteItem: write(BatchWriteItem.self, body, call, exchange)
        case .cancelBulkOperation: write(CancelBulkOperation.self, body, call, exchange)
        case .createBackup: write(CreateBackup.self, body, call, exchange)
        case .createGlobalTable: read(CreateGlobalTable.self, body, call)
        case .createTable: write(CreateTable.self, body, call, exchange)
        case .deleteBackup: write(DeleteBackup.self, body, call, exchange)
        case .deleteItem: write(DeleteItem.self, body, call, exchange)
        case .deleteResourcePolicy: write(DeleteResourcePolicy.self, body, call, exchange)
        case .deleteTable: write(DeleteTable.self, body, call, exchange)
        case .describeBackup: read(DescribeBackup.self, body, call)
        case .describeBulkOperation: read(DescribeBulkOperation.self, body, call)
        case .describeContinuousBackups: read(DescribeContinuousBackups.self, body, call)
        case .describeContributorInsights: read(DescribeContributorInsights.self, body, call)
        case .describeEndpoints: describeEndpoints(body, host: host, call)
        case .describeExport: read(DescribeExport.self, body, call)
        case .describeGlobalTable: read(DescribeGlobalTable.self, body, call)
        case .describeGlobalTableSettings: read(DescribeGlobalTableSettings.self, body, call)
        case .describeImport: read(DescribeImport.self, body, call)
        case .describeKinesisStreamingDestination:
            read(DescribeKinesisStreamingDestination.self, body, call)
        case .describeLimits: read(DescribeLimits.self, body, call)
        case .describeStream: read(DescribeStream.self, body, call)
        case .describeTable: read(DescribeTable.self, body, call)
        case .describeTableReplicaAutoScaling:
            read(DescribeTableReplicaAutoScaling.self, body, call)
        case .describeTimeToLive: read(DescribeTimeToLive.self, body, call)
        case .disableKinesisStreamingDestination:
            write(DisableKinesisStreamingDestination.self, body, call, exchange)
        case .enableKinesisStreamingDestination:
            write(EnableKinesisStreamingDestination.self, body, call, exchange)
        case .executeStatement: perform(ExecuteStatement.self, body, call, exchange)
        case .executeTransaction: perform(ExecuteTransaction.self, body, call, exchange)
        case .exportTableToPointInTime:
            begin(.export, ExportTableToPointInTime.self, body, call, exchange)
        case .getItem: read(GetItem.self, body, call)
        case .getRecords: readLong(GetRecords.self, body, call, exchange)
        case .getResourcePolicy: read(GetResourcePolicy.self, body, call)
        case .getShardIterator: read(GetShardIterator.self, body, call)
        case .importTable: begin(.importing, ImportTable.self, body, call, exchange)
        case .listBackups: read(ListBackups.self, body, call)
        case .listBulkOperations: read(ListBulkOperations.self, body, call)
        case .listContributorInsights: read(ListContributorInsights.self, body, call)
        case .listExports: read(ListExports.self, body, call)
        case .listGlobalTables: read(ListGlobalTables.self, body, call)
        case .listImports: read(ListImports.self, body, call)
        case .listStreams: read(ListStreams.self, body, call)
        case .listTables: read(ListTables.self, body, call)
        case .listTagsOfResource: read(ListTagsOfResource.self, body, call)
        case .putItem: write(PutItem.self, body, call, exchange)
        case .putResourcePolicy: write(PutResourcePolicy.self, body, call, exchange)
        case .query: readLong(Query.self, body, call, exchange)
        case .restoreTableFromBackup: write(RestoreTableFromBackup.self, body, call, exchange)
        case .restoreTableToPointInTime: write(RestoreTableToPointInTime.self, body, call, exchange)
        case .scan: readLong(Scan.self, body, call, exchange)
        case .searchVectors: readLong(SearchVectors.self, body, call, exchange)
        case .startBulkPutItems: begin(.bulkPut, StartBulkPutItems.self, body, call, exchange)
        case .tagResource: write(TagResource.self, body, call, exchange)
        case .transactGetItems: readLong(TransactGetItems.self, body, call, exchange)
        case .transactWriteItems: write(TransactWriteItems.self, body, call, exchange)
        case .untagResource: write(UntagResource.self, body, call, exchange)
        case .updateContinuousBackups: write(UpdateContinuousBackups.self, body, call, exchange)
        case .updateContributorInsights: write(UpdateContributorInsights.self, body, call, exchange)
        case .updateGlobalTable: read(UpdateGlobalTable.self, body, call)
        case .updateGlobalTableSettings: read(UpdateGlobalTableSettings.self, body, call)
        case .updateItem: write(UpdateItem.self, body, call, exchange)
        case .updateKinesisStreamingDestination:
            write(UpdateKinesisStreamingDestination.self, body, call, exchange)
        case .updateTable: write(UpdateTable.self, body, call, exchange)
        case .updateTableReplicaAutoScaling: read(UpdateTableReplicaAutoScaling.self, body, call)
        case .updateTimeToLive: write(UpdateTimeToLive.self, body, call, exchange)
        }
    }

    private func describeEndpoints(
        _ body: HTTPBytes, host: HTTPBytes?, _ call: Call
    ) -> HTTPReply {
        do throws(WireError) {
            try DescribeEndpoints.decode(body)
            let address = host.map { String(decoding: $0, as: UTF8.self) } ?? ""
            return .now(
                success(of: call) { DescribeEndpoints.encode(address: address, into: &$0) })
        } catch {
            return .now(refusal(ErrorShape(error), of: call))
        }
    }

    /// Reads a request, and asks whether its sender may make it.
    private func decode<Operation: WireOperation>(
        _ type: Operation.Type, _ body: HTTPBytes, _ call: Call
    ) throws(RequestRefusal) -> DecodedRequest<Operation> {
        let request: DecodedRequest<Operation>
        do throws(WireError) {
            request = try Operation.decode(body)
        } catch {
            throw RequestRefusal(shape: ErrorShape(error))
        }
        if let key = call.restrictedKey,
            let text = key.refusal(
                of: request.operation, named: call.operation!, by: engine.options.owner)
        {
            throw RequestRefusal(shape: ErrorShape(OperationError.accessDenied(text)))
        }
        return request
    }

    /// Answers a read at once.
    private func read<Operation: WireOperation & ReadOperation>(
        _ type: Operation.Type, _ body: HTTPBytes, _ call: Call
    ) -> HTTPReply {
        do throws(RequestRefusal) {
            return .now(answer(try decode(type, body, call), call))
        } catch {
            return .now(refusal(error.shape, of: call))
        }
    }

    /// Answers a read at once if it is short, and else from a reader thread, so that it does not
    /// hold up this one's other connections.
    private func readLong<Operation: WireOperation & LongReadOperation>(
        _ type: Operation.Type, _ body: HTTPBytes, _ call: Call, _ exchange: HTTPExchange
    ) -> HTTPReply {
        do throws(RequestRefusal) {
            return readLong(try decode(type, body, call), call, exchange)
        } catch {
            return .now(refusal(error.shape, of: call))
        }
    }

    private func readLong<Operation: WireOperation & LongReadOperation>(
        _ request: DecodedRequest<Operation>, _ call: Call, _ exchange: HTTPExchange
    ) -> HTTPReply {
        do throws(OperationError) {
            if let output = try engine.run(request.operation, within: .short) {
                return .now(
                    success(of: call) { Operation.encode(output, for: request, into: &$0) })
            }
        } catch {
            return .now(refusal(ErrorShape(error), of: call))
        }
        let acceptsGzip = call.acceptsGzip ?? exchange.acceptsGzip
        readers.run { codec in
            var response = answer(request, call)
            if acceptsGzip { response.compress(with: codec) }
            exchange.complete(response)
        }
        return .later
    }

    /// Reads or writes, as the request's statements say.
    private func perform<Operation: WireOperation & StatementOperation>(
        _ type: Operation.Type, _ body: HTTPBytes, _ call: Call, _ exchange: HTTPExchange
    ) -> HTTPReply {
        do throws(RequestRefusal) {
            let request = try decode(type, body, call)
            return request.operation.isRead
                ? readLong(request, call, exchange) : write(request, call, exchange)
        } catch {
            return .now(refusal(error.shape, of: call))
        }
    }

    /// The answer to a read, however long it takes.
    private func answer<Operation: WireOperation & ReadOperation>(
        _ request: DecodedRequest<Operation>, _ call: Call
    ) -> HTTPResponse {
        do throws(OperationError) {
            let output = try engine.run(request.operation)
            return success(of: call) { Operation.encode(output, for: request, into: &$0) }
        } catch {
            return refusal(ErrorShape(error), of: call)
        }
    }

    /// Queues what begins a job, answers it as a write, and has the job done.
    private func begin<Operation: WireOperation & WriteOperation>(
        _ kind: TransferKind, _ type: Operation.Type, _ body: HTTPBytes, _ call: Call,
        _ exchange: HTTPExchange
    ) -> HTTPReply {
        write(type, body, call, exchange) { transfers.wake(kind) }
    }

    /// Queues a write, and answers it when it is durable.
    ///
    /// - Parameter afterwards: called once the write is durable; must not take long.
    private func write<Operation: WireOperation & WriteOperation>(
        _ type: Operation.Type, _ body: HTTPBytes, _ call: Call, _ exchange: HTTPExchange,
        afterwards: @escaping @Sendable () -> Void = {}
    ) -> HTTPReply {
        do throws(RequestRefusal) {
            return write(try decode(type, body, call), call, exchange, afterwards: afterwards)
        } catch {
            return .now(refusal(error.shape, of: call))
        }
    }

    private func write<Operation: WireOperation & WriteOperation>(
        _ request: DecodedRequest<Operation>, _ call: Call, _ exchange: HTTPExchange,
        afterwards: @escaping @Sendable () -> Void = {}
    ) -> HTTPReply {
        engine.submit(request.operation, isLast: false) { result in
            if case .success = result { afterwards() }
            exchange.complete {
                switch result {
                case .success(let output):
                    success(of: call) { Operation.encode(output, for: request, into: &$0) }
                case .failure(let error):
                    refusal(ErrorShape(error), of: call)
                }
            }
        }
        return .later
    }
}
