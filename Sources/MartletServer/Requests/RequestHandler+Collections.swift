// Calls on collections: what the Python package's `Database("http://…")` sends. One path, one form of
// body (Martlet/Collections/Remote/CallBytes.swift); signatures, separation and permissions are those
// of operations. What the collection refuses is an answer of status 200, as its form has it; other
// statuses come with the same errors as for operations. A call takes what it takes, and waits for its
// writes, so it has threads of its own.

internal import Martlet
internal import MartletEngine
internal import MartletSigV4
internal import MartletWire

extension RequestHandler {
    func callCollection(
        _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
    ) -> HTTPReply {
        var call = beginning(of: request)
        let caller: Caller
        let collections: CollectionService
        let owner: ResourceOwner
        do {
            caller = try self.caller(of: request)
            if let separate = caller.owner, let dataSets {
                let set = try dataSets.dataSet(of: separate)
                (collections, owner) = (set.collections, set.engine.options.owner)
            } else {
                (collections, owner) = (self.collections, engine.options.owner)
            }
        } catch let error as SigV4Failure {
            return .now(
                refusal(ErrorShape.service(error.exceptionName, error.message), of: call))
        } catch let error as OperationError {
            return .now(refusal(ErrorShape(error), of: call))
        } catch {
            preconditionFailure("no other error is thrown here")
        }
        if let key = caller.restrictedKey, let need = CollectionService.need(of: request.body),
            let text = key.refusal(of: need, by: owner)
        {
            return .now(refusal(ErrorShape(OperationError.accessDenied(text)), of: call))
        }
        // The bytes are the network thread's.
        call.acceptsGzip = exchange.acceptsGzip
        let body = Array(request.body)
        callers.run { [call] codec in
            let answer = body.withUnsafeBytes { collections.answer($0) }
            observer.note(call, status: 200, errorType: nil, answerBytes: answer.count)
            var headers = HTTPHeaders()
            headers.append("Content-Type", "application/x-martlet-call")
            var response = HTTPResponse(status: 200, headers: headers, body: answer)
            if call.acceptsGzip ?? false { response.compress(with: codec) }
            exchange.complete(response)
        }
        return .later
    }
}

extension AccessKey {
    fileprivate func refusal(of need: CollectionNeed, by owner: ResourceOwner) -> String? {
        let level: AccessLevel =
            switch need.level {
            case .read: .read
            case .write: .write
            case .admin: .admin
            }
        return refusal(
            of: "martlet:CallCollection", on: need.table.map { .table($0) } ?? .everything,
            at: level, by: owner)
    }
}
