internal import MartletCatalog
internal import MartletEncoding

extension StreamRecord {
    /// What a stream of this view keeps of a change that is one.
    init(
        from old: ItemRecord?, to new: ItemRecord?, isExpiry: Bool,
        view: StreamSettings.ViewType, key: KeySchema, now: Timestamp
    ) {
        let oldImage = view.showsOldImage ? old : nil
        let newImage = view.showsNewImage ? new : nil
        let event: Event = old == nil ? .insert : new == nil ? .remove : .modify
        let hasImage = oldImage != nil || newImage != nil
        self.init(
            event: event, isExpiry: isExpiry,
            millisecondsSince1970: UInt64(max(0, now.secondsSince1970 * 1000)),
            keys: hasImage ? nil : (new ?? old!).projected(to: key), oldImage: oldImage,
            newImage: newImage)
    }

    /// The key of the item, as an item.
    func keys(_ key: KeySchema) -> ItemRecord {
        keys ?? (newImage ?? oldImage!).projected(to: key)
    }
}

extension ItemRecord {
    fileprivate func projected(to key: KeySchema) -> ItemRecord {
        projected { select in
            for attribute in key.hash { select(attribute.name) }
            for attribute in key.range { select(attribute.name) }
        }
    }
}
